import { ExecutusError } from "../errors.ts";
import type { RunRow, RunStatus } from "../store.ts";

const statuses: ReadonlySet<RunStatus> = new Set(["active", "completed", "failed", "deleting"]);

/** Checks a row as a store gave it: what is stored there may be anything. @throws `EXECUTUS_CORRUPT_RECORD` */
export function checkRow(id: string, row: RunRow): void {
  const { incarnation, status, queue, definition, version, code, owner } = row;
  const { generation, dueAt, createdAt, updatedAt } = row;
  const isNamed = row.id === id && typeof incarnation === "string" && incarnation !== "";
  const areText = [queue, definition, version, code, owner].every((it) => typeof it === "string");
  const areNumbers = [generation, dueAt, createdAt, updatedAt].every(Number.isSafeInteger);
  if (isNamed && statuses.has(status) && areText && areNumbers && generation >= 1) return;
  throw new ExecutusError(
    "EXECUTUS_CORRUPT_RECORD",
    `The row of run "${id}" does not hold what a row holds. Nothing was changed; restore it from a backup.`,
    { runId: id },
  );
}
