import { expectAtLeast, expectMethods, expectObject, show } from "../expect.ts";
import { checkName } from "../identifiers.ts";
import type { RunStore } from "../store.ts";
import type { ExecutorOptions } from "./settings.ts";

/** Checks what a host may have made itself. @throws {TypeError} */
export function checkPorts(options: ExecutorOptions): void {
  const { checkpointers, codec, logger, runtime, store } = options;
  if (store !== undefined) checkStore(store);
  if (checkpointers !== undefined) {
    expectMethods('"checkpointers"', checkpointers, "a CheckpointerFactory", ["begin"]);
  }
  if (codec !== undefined) {
    expectMethods('"codec"', codec, "a Codec", ["encode", "decode"]);
    checkName('"name" of "codec"', codec.name, 128);
  }
  if (logger !== undefined) {
    expectMethods('"logger"', logger, "a logger such as pino", ["debug", "info", "warn", "error"]);
  }
  if (runtime !== undefined) {
    const methods = ["now", "monotonic", "timer", "id", "random"];
    expectMethods('"runtime"', runtime, "a Runtime", methods);
    expectMethods('"host" of "runtime"', runtime.host, "a Host", ["isGone"]);
  }
}

const storeVerbs: readonly (keyof RunStore & string)[] = [
  "open",
  "insertRun",
  "updateRun",
  "getRun",
  "listRuns",
  "deleteRun",
  "append",
  "readJournal",
  "lastRecord",
  "putChunk",
  "readChunks",
];

function checkStore(store: RunStore): void {
  expectObject('"store"', store, "a RunStore");
  if (store.contract !== 1) {
    throw new TypeError(
      `Expected "store" to be a RunStore of contract 1, got one of ${show(store.contract)}. Install the adapter that fits this core.`,
    );
  }
  expectMethods('"store"', store, "a RunStore", storeVerbs);
  expectAtLeast('"limits.maxRecordBytes" of "store"', store.limits?.maxRecordBytes, 1024);
}
