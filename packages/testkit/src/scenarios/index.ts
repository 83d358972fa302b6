import { runScenarios } from "../runs/index.ts";
import type { Scenario } from "../scenario.ts";
import { appendScenarios } from "./append.ts";
import { chunkDataScenarios } from "./chunk-data.ts";
import { chunkScenarios } from "./chunks.ts";
import { deleteRunScenarios } from "./delete-run.ts";
import { deleteSpareScenarios } from "./delete-spares.ts";
import { disposeScenarios } from "./dispose.ts";
import { durableScenarios } from "./durable.ts";
import { getRunScenarios } from "./get-run.ts";
import { insertRunScenarios } from "./insert-run.ts";
import { lastRecordScenarios } from "./last-record.ts";
import { listChangingScenarios } from "./list-changing.ts";
import { listCreatedScenarios } from "./list-created.ts";
import { listDueScenarios } from "./list-due.ts";
import { listPageScenarios } from "./list-pages.ts";
import { readJournalScenarios } from "./read-journal.ts";
import { readMeanwhileScenarios } from "./read-meanwhile.ts";
import { recordDataScenarios } from "./record-data.ts";
import { recordFieldScenarios } from "./record-fields.ts";
import { runFieldScenarios } from "./run-fields.ts";
import { runIdScenarios } from "./run-ids.ts";
import { storeScenarios } from "./store.ts";
import { updateRaceScenarios } from "./update-races.ts";
import { updateRunScenarios } from "./update-run.ts";

/** The whole contract, in the order in which it is told. */
export const scenarios: readonly Scenario[] = [
  ...storeScenarios,
  ...disposeScenarios,
  ...insertRunScenarios,
  ...runFieldScenarios,
  ...runIdScenarios,
  ...getRunScenarios,
  ...updateRunScenarios,
  ...updateRaceScenarios,
  ...listDueScenarios,
  ...listCreatedScenarios,
  ...listPageScenarios,
  ...listChangingScenarios,
  ...appendScenarios,
  ...recordFieldScenarios,
  ...recordDataScenarios,
  ...readJournalScenarios,
  ...readMeanwhileScenarios,
  ...lastRecordScenarios,
  ...chunkScenarios,
  ...chunkDataScenarios,
  ...deleteRunScenarios,
  ...deleteSpareScenarios,
  ...durableScenarios,
  ...runScenarios,
];
