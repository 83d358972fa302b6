import {
  type Checkpointer,
  type CheckpointState,
  ExecutusError,
  jsonCodec,
  type RunInfo,
} from "@executus/core";
import type { CheckpointerHost, LoadedRun } from "../src/index.ts";

/** What is kept of a run: texts, as in a database. */
interface Kept {
  readonly run: string;
  readonly messages: string[];
  readonly outputs: string[];
  turns: number;
  status: LoadedRun["status"];
  result: string;
  /** Which checkpointer may write. */
  epoch: number;
  readonly cancelled: AbortController;
}

export type CheckpointerData = Map<string, Kept>;

/** A correct host, as plain as can be, to measure the suite and its faults by. */
export function referenceCheckpointers(data: CheckpointerData): CheckpointerHost {
  return {
    factory: {
      async begin(run) {
        if (data.has(run.id)) throw new ExecutusError("EXECUTUS_RUN_EXISTS", `"${run.id}" exists.`);
        const kept: Kept = {
          run: encode(run),
          messages: [],
          outputs: [],
          turns: 0,
          status: "active",
          result: encode(undefined),
          epoch: 1,
          cancelled: new AbortController(),
        };
        data.set(run.id, kept);
        return checkpointer(kept, 1);
      },
    },
    async load(id) {
      const kept = data.get(id);
      if (kept === undefined) return undefined;
      const { status, result } = kept;
      const end = { completed: "output", failed: "error", active: undefined }[status];
      return { status, state: stateOf(kept), ...(end && { [end]: decode(result) }) };
    },
    async reattach(id) {
      const kept = data.get(id);
      if (kept === undefined) throw new Error(`"${id}" is unknown`);
      kept.epoch += 1;
      const run = decode(kept.run) as RunInfo;
      return { run, resume: stateOf(kept), checkpointer: checkpointer(kept, kept.epoch) };
    },
    async cancel(id) {
      const reason = new ExecutusError("EXECUTUS_CANCELLED", `"${id}" was cancelled.`);
      data.get(id)?.cancelled.abort(reason);
    },
  };
}

function checkpointer(kept: Kept, epoch: number): Checkpointer {
  const write = ({ history, completedPhases, turns }: CheckpointState): void => {
    if (kept.epoch !== epoch) throw new ExecutusError("EXECUTUS_FENCED", "Somebody else has it.");
    kept.messages.push(...history.slice(kept.messages.length).map(encode));
    kept.outputs.push(...completedPhases.slice(kept.outputs.length).map(encode));
    kept.turns = turns;
  };
  const end = (status: LoadedRun["status"], result: unknown): void => {
    kept.status = status;
    kept.result = encode(result);
  };
  return {
    async save(state) {
      write(state);
    },
    async complete(output, state) {
      write(state);
      end("completed", output);
    },
    async fail(error, state) {
      write(state);
      end("failed", error);
    },
    async release(state) {
      write(state);
    },
    signal: kept.cancelled.signal,
  };
}

function stateOf({ messages, outputs, turns }: Kept): CheckpointState {
  return {
    history: messages.map(decode),
    completedPhases: outputs.map(decode) as unknown as CheckpointState["completedPhases"],
    turns,
  };
}

function encode(value: unknown): string {
  return jsonCodec.encode(value, { maxBytes: Infinity }) as string;
}

function decode(text: string): unknown {
  return jsonCodec.decode(text);
}
