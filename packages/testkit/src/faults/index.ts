import { chunkFaults } from "./chunks.ts";
import { clockFaults } from "./clocks.ts";
import { damageFaults } from "./damages.ts";
import { durabilityFaults } from "./durability.ts";
import type { Fault } from "./fault.ts";
import { handleFaults } from "./handles.ts";
import { insertFaults } from "./inserts.ts";
import { journalFaults } from "./journals.ts";
import { laggingReadFaults } from "./lagging-reads.ts";
import { listingFaults } from "./listings.ts";
import { lostRecordFaults } from "./lost-records.ts";
import { lostWriteFaults } from "./lost-writes.ts";
import { pageFaults } from "./pages.ts";
import { recordFaults } from "./records.ts";
import { removalFaults } from "./removals.ts";
import { rowFaults } from "./rows.ts";
import { slotFaults } from "./slots.ts";
import { staleReadFaults } from "./stale-reads.ts";
import { takenSlotFaults } from "./taken-slots.ts";
import { updateFaults } from "./updates.ts";
import { wholeRunFaults } from "./whole-runs.ts";
import { wholeValueFaults } from "./whole-values.ts";

/** Every fault that the suite is known to notice: at least one for each scenario. */
export const faults: readonly Fault[] = [
  ...handleFaults,
  ...insertFaults,
  ...rowFaults,
  ...updateFaults,
  ...listingFaults,
  ...pageFaults,
  ...slotFaults,
  ...recordFaults,
  ...journalFaults,
  ...chunkFaults,
  ...removalFaults,
  ...durabilityFaults,
  ...lostWriteFaults,
  ...laggingReadFaults,
  ...damageFaults,
  ...clockFaults,
  ...lostRecordFaults,
  ...takenSlotFaults,
  ...staleReadFaults,
  ...wholeRunFaults,
  ...wholeValueFaults,
];
