import type { RunStore } from "@executus/core";
import { referenceData, referenceStore } from "../reference-store.ts";

const data = referenceData();

/** A store that says true of every append, hangs in `lastRecord`, blocks in `getRun` and exits in `putChunk`. */
export function create(): RunStore {
  const store = referenceStore(data);
  return {
    ...store,
    append: (journal, record) => store.append(journal, record).then(() => true),
    lastRecord: () => new Promise(() => {}),
    getRun() {
      for (;;);
    },
    putChunk: () => process.exit(3),
  };
}
