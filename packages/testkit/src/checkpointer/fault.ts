import type { Checkpointer, CheckpointState, RunInfo } from "@executus/core";
import type { CheckpointerHost } from "./host.ts";

/** A way to break a correct checkpointer factory, which shows that a scenario would notice. */
export interface CheckpointerFault {
  /** Stable and unique. */
  readonly id: string;
  /** What a host with this fault does, in the present tense. */
  readonly breaks: string;
  /** Ids of scenarios that a host with this fault fails, each with an `AssertionError`. */
  readonly caughtBy: readonly string[];
  /** Breaks one process of a host. */
  readonly make: (host: CheckpointerHost) => CheckpointerHost;
}

/** A fault of each checkpointer. */
export function ofCheckpointer(
  change: (checkpointer: Checkpointer, host: CheckpointerHost) => Checkpointer,
): CheckpointerFault["make"] {
  return (host) => ({
    ...host,
    factory: { begin: async (run) => change(await host.factory.begin(run), host) },
    async reattach(id) {
      const found = await reattachOf(host, id);
      return { ...found, checkpointer: change(found.checkpointer, host) };
    },
  });
}

/** A fault of what checkpointers are handed. */
export function ofState(
  change: (
    state: CheckpointState,
    verb: "save" | "complete" | "fail" | "release",
  ) => CheckpointState,
): CheckpointerFault["make"] {
  return ofCheckpointer((checkpointer) => ({
    ...checkpointer,
    save: (state) => checkpointer.save(change(state, "save")),
    complete: (output, state) => checkpointer.complete(output, change(state, "complete")),
    fail: (error, state) => checkpointer.fail(error, change(state, "fail")),
    release: async (state) => checkpointer.release?.(change(state, "release")),
  }));
}

/** A fault of begin. */
export function ofBegin(
  begin: (host: CheckpointerHost, run: RunInfo) => Promise<Checkpointer>,
): CheckpointerFault["make"] {
  return (host) => ({ ...host, factory: { begin: (run) => begin(host, run) } });
}

export function reattachOf(
  host: CheckpointerHost,
  id: string,
): ReturnType<NonNullable<CheckpointerHost["reattach"]>> {
  if (host.reattach === undefined) throw new TypeError("Expected a host that can resume.");
  return host.reattach(id);
}
