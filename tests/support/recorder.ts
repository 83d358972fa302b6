import type { Checkpointer, CheckpointerFactory, CheckpointState, RunInfo } from "@executus/core";

type RecordedCall =
  | { readonly verb: "begin"; readonly run: RunInfo }
  | { readonly verb: "save" | "release"; readonly state: CheckpointState }
  | { readonly verb: "complete"; readonly output: unknown; readonly state: CheckpointState }
  | { readonly verb: "fail"; readonly error: unknown; readonly state: CheckpointState };

/** A custom checkpointer factory that keeps what it is asked. */
export interface Recorder extends CheckpointerFactory {
  readonly calls: RecordedCall[];
  readonly controller: AbortController;
  /** A checkpointer for a run that is recovered by its host. */
  readonly checkpointer: Checkpointer;
  verbs(): string[];
}

export type Misbehaviour = Partial<Record<RecordedCall["verb"], () => Promise<void>>>;

export function recorder(misbehaviour: Misbehaviour = {}): Recorder {
  const calls: RecordedCall[] = [];
  const controller = new AbortController();
  const copy = (state: CheckpointState): CheckpointState => structuredClone(state);
  const note = async (call: RecordedCall): Promise<void> => {
    calls.push(call);
    await misbehaviour[call.verb]?.();
  };
  const checkpointer: Checkpointer = {
    save: (state) => note({ verb: "save", state: copy(state) }),
    complete: (output, state) => note({ verb: "complete", output, state: copy(state) }),
    fail: (error, state) => note({ verb: "fail", error, state: copy(state) }),
    release: (state) => note({ verb: "release", state: copy(state) }),
    signal: controller.signal,
  };
  return {
    calls,
    controller,
    checkpointer,
    verbs: () => calls.map(({ verb }) => verb),
    begin: async (run) => {
      await note({ verb: "begin", run });
      return checkpointer;
    },
  };
}
