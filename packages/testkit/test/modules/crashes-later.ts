import type { RunStore } from "@executus/core";
import { referenceData, referenceStore } from "../reference-store.ts";

const data = referenceData();

/** A store that leaves a rejection behind which nobody handles. */
export function create(): RunStore {
  const store = referenceStore(data);
  return {
    ...store,
    async open() {
      setImmediate(() => void Promise.reject(new Error("left behind")));
    },
  };
}
