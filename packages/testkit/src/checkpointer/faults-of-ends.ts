import { type CheckpointState, isExecutusError, NotSerializableError } from "@executus/core";
import { type CheckpointerFault, ofCheckpointer, ofState } from "./fault.ts";

/** Faults of what ends an attempt. */
export const endFaults: readonly CheckpointerFault[] = [
  {
    id: "completes-refused",
    breaks: "a completion is recorded, and then refused as if it could not be saved",
    caughtBy: ["end.complete"],
    make: ofCheckpointer((checkpointer) => ({
      ...checkpointer,
      async complete(output, state) {
        await checkpointer.complete(output, state);
        throw new NotSerializableError("cannot be saved.", ["output"]);
      },
    })),
  },
  {
    id: "completes-without-output",
    breaks: "a completion records no output",
    caughtBy: ["end.complete", "end.values"],
    make: ofCheckpointer((checkpointer) => ({
      ...checkpointer,
      complete: (_output, state) => checkpointer.complete(undefined, state),
    })),
  },
  {
    id: "fails-as-messages",
    breaks: "of what a run throws, the message of an Error alone is recorded",
    caughtBy: ["end.fail-string", "end.fail-undefined"],
    make: ofCheckpointer((checkpointer) => ({
      ...checkpointer,
      fail: (error, state) =>
        checkpointer.fail(error instanceof Error ? error : new Error(String(error)), state),
    })),
  },
  {
    id: "fails-as-texts",
    breaks: "an Error is recorded as a text",
    caughtBy: ["end.fail-error", "end.fail-abort", "end.fail-ignored-signal", "cancel.signal"],
    make: ofCheckpointer((checkpointer) => ({
      ...checkpointer,
      fail: (error, state) => checkpointer.fail(String(error), state),
    })),
  },
  {
    id: "releases-as-failures",
    breaks: "a release is recorded as a failure",
    caughtBy: ["end.release", "end.release-carries-state"],
    make: ofCheckpointer((checkpointer) => ({
      ...checkpointer,
      release: (state) => checkpointer.fail(new Error("shut down"), state),
    })),
  },
  ...(["complete", "fail", "release"] as const).map(unsaved),
  {
    id: "never-fenced",
    breaks: "a checkpointer whose run was reattached elsewhere is told that its writes are done",
    caughtBy: ["fenced.save", "fenced.complete", "fenced.fail"],
    make: ofCheckpointer((checkpointer) => ({
      ...checkpointer,
      save: (state) => unlessFenced(checkpointer.save(state)),
      complete: (output, state) => unlessFenced(checkpointer.complete(output, state)),
      fail: (error, state) => unlessFenced(checkpointer.fail(error, state)),
    })),
  },
  {
    id: "cancels-unheard",
    breaks: "a checkpointer has no signal",
    caughtBy: ["cancel.signal"],
    make: ofCheckpointer((checkpointer) => ({ ...checkpointer, signal: undefined })),
  },
];

/** A host that records with an end no more than the last save did. */
function unsaved(end: "complete" | "fail" | "release"): CheckpointerFault {
  const nothing: CheckpointState = { history: [], turns: 0, completedPhases: [] };
  return {
    id: `${end}-without-state`,
    breaks: `what no save has carried yet is not recorded with a ${end}`,
    caughtBy: [`end.${end}-carries-state`],
    make: ofState((state, verb) => (verb === end ? nothing : state)),
  };
}

async function unlessFenced(write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isExecutusError(error, "EXECUTUS_FENCED")) throw error;
  }
}
