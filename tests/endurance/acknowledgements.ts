import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import type { RunStore } from "@executus/core";

/** What a process was told to be stored, or done. */
export type Acknowledgement =
  | {
      readonly kind: "record";
      readonly journal: string;
      readonly seq: number;
      readonly nonce: string;
      readonly checksum: number;
    }
  | { readonly kind: "row"; readonly id: string; readonly incarnation: string }
  | { readonly kind: "accepted"; readonly id: string }
  | { readonly kind: "output"; readonly id: string; readonly output: string };

/** A file that has each line on the disk before the next thing happens: what it says survives its writer. */
export interface AcknowledgementLog extends Disposable {
  write(acknowledgement: Acknowledgement): void;
}

export function acknowledgementLog(file: string): AcknowledgementLog {
  const handle = openSync(file, "a");
  return {
    write: (acknowledgement) => {
      writeSync(handle, `${JSON.stringify(acknowledgement)}\n`);
      fsyncSync(handle);
    },
    [Symbol.dispose]: () => closeSync(handle),
  };
}

/** @returns reads what a file says that it did not at the last reading */
export function acknowledgementsIn(file: string): () => Acknowledgement[] {
  closeSync(openSync(file, "a"));
  const buffer = Buffer.alloc(1024 * 1024);
  let read = 0;
  return () => {
    const found: Acknowledgement[] = [];
    const handle = openSync(file, "r");
    try {
      for (;;) {
        const bytes = buffer.subarray(0, readSync(handle, buffer, { position: read }));
        // A last line that its writer has not finished, or never will, says nothing.
        const end = bytes.lastIndexOf("\n") + 1;
        if (end === 0) return found;
        read += end;
        const lines = bytes.toString("utf8", 0, end - 1).split("\n");
        for (const line of lines) found.push(JSON.parse(line) as Acknowledgement);
      }
    } finally {
      closeSync(handle);
    }
  };
}

/** A store that notes what it acknowledges before its caller hears of it, and takes small records only. */
export function acknowledging(
  store: RunStore,
  log: AcknowledgementLog,
  maxRecordBytes: number,
): RunStore {
  return {
    ...store,
    limits: { maxRecordBytes },
    append: async (journal, record) => {
      const isStored = await store.append(journal, record);
      const { seq, nonce, checksum } = record;
      if (isStored) log.write({ kind: "record", journal, seq, nonce, checksum });
      return isStored;
    },
    insertRun: async (row) => {
      const isStored = await store.insertRun(row);
      const { id, incarnation } = row;
      if (isStored) log.write({ kind: "row", id, incarnation });
      return isStored;
    },
  };
}
