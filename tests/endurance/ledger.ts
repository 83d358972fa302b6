import type { JournalRecord } from "@executus/core";
import type { Acknowledgement } from "./acknowledgements.ts";

type Slots = Map<number, Pick<JournalRecord, "nonce" | "checksum">>;

/** All that processes were told to be stored: what a store has to have. */
export interface Ledger {
  /** By journal, then by slot. */
  readonly records: ReadonlyMap<string, Slots>;
  /** Incarnations, by the id of the run. */
  readonly rows: ReadonlyMap<string, string>;
  /** Ids of runs that somebody was told to be durably accepted. */
  readonly accepted: ReadonlySet<string>;
  /** By the id of the run. */
  readonly outputs: ReadonlyMap<string, string>;
  /** Records that were ever acknowledged. */
  readonly recordCount: number;
  add(acknowledgements: Iterable<Acknowledgement>): void;
  /** Forgets a run that was removed, also what is still to be heard of it. */
  forget(id: string, incarnation: string): void;
}

export function ledger(): Ledger {
  const records = new Map<string, Slots>();
  const rows = new Map<string, string>();
  const accepted = new Set<string>();
  const outputs = new Map<string, string>();
  const forgotten = new Set<string>();
  let recordCount = 0;

  const add = (found: Acknowledgement): void => {
    if (found.kind === "record") recordCount += 1;
    if (forgotten.has(found.kind === "record" ? found.journal : found.id)) return;
    switch (found.kind) {
      case "record": {
        const { journal, seq, nonce, checksum } = found;
        const slots: Slots = records.get(journal) ?? new Map();
        records.set(journal, slots);
        if (slots.has(seq)) throw new Error(`Slot ${seq} of "${journal}" was given away twice.`);
        slots.set(seq, { nonce, checksum });
        break;
      }
      case "row":
        rows.set(found.id, found.incarnation);
        break;
      case "accepted":
        accepted.add(found.id);
        break;
      case "output":
        outputs.set(found.id, found.output);
        break;
    }
  };

  return {
    records,
    rows,
    accepted,
    outputs,
    get recordCount() {
      return recordCount;
    },
    add: (acknowledgements) => {
      for (const each of acknowledgements) add(each);
    },
    forget: (id, incarnation) => {
      forgotten.add(id).add(incarnation);
      records.delete(incarnation);
      rows.delete(id);
      accepted.delete(id);
      outputs.delete(id);
    },
  };
}
