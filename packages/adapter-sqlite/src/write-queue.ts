import type { SQLInputValue } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Connection, Prepare } from "./connection.ts";
import { isLocked } from "./errors.ts";

/** A write that waits for its turn. */
interface Write {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
  readonly bytes: number;
  readonly resolve: (changes: number) => void;
  readonly reject: (error: unknown) => void;
}

/** What one transaction may hold: the event loop stands still, and other processes wait, while it is written. */
const mostWrites = 256;
const mostBytes = 1024 * 1024;

/**
 * Puts writes that wait at the same time into one transaction, so that the disk is asked once for all of them. One that
 * comes alone is written by itself, at once.
 *
 * @returns runs a statement, and tells how many rows it changed.
 */
export function writeQueue(
  run: Connection["run"],
): (sql: string, values: readonly SQLInputValue[]) => Promise<number> {
  const waiting: Write[] = [];
  let isWriting = false;

  const writeWaiting = async (): Promise<void> => {
    while (waiting.length > 0) {
      await writeBatch(run, takeBatch(waiting));
      // Those that have been told may have more to write by then.
      await nextTurn();
    }
    isWriting = false;
  };

  return (sql, values) =>
    new Promise((resolve, reject) => {
      waiting.push({ sql, values, bytes: sizeOf(values), resolve, reject });
      if (isWriting) return;
      isWriting = true;
      setImmediate(() => void writeWaiting());
    });
}

function takeBatch(waiting: Write[]): readonly Write[] {
  let [count, bytes] = [0, 0];
  for (const write of waiting) {
    bytes += write.bytes;
    if (count > 0 && (count === mostWrites || bytes > mostBytes)) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

function sizeOf(values: readonly SQLInputValue[]): number {
  let bytes = 0;
  for (const value of values) {
    if (typeof value === "string") bytes += value.length;
    else if (ArrayBuffer.isView(value)) bytes += value.byteLength;
  }
  return bytes;
}

/** Never rejects: each write is told its own fate. */
async function writeBatch(run: Connection["run"], batch: readonly Write[]): Promise<void> {
  if (batch.length > 1) {
    try {
      const changes = await run((prepare) => writeTogether(prepare, batch));
      changes?.forEach((count, index) => batch[index]?.resolve(count));
      if (changes !== undefined) return;
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
  }
  for (const { sql, values, resolve, reject } of batch) {
    await run((prepare) => Number(prepare(sql).run(...values).changes)).then(resolve, reject);
  }
}

/** @returns how many rows each has changed; `undefined` if one of them is refused, and none is written */
function writeTogether(prepare: Prepare, batch: readonly Write[]): number[] | undefined {
  const changes: number[] = [];
  prepare("begin immediate").run();
  try {
    for (const { sql, values } of batch) changes.push(Number(prepare(sql).run(...values).changes));
  } catch (error) {
    rollBack(prepare);
    if (isLocked(error)) throw error;
    return undefined;
  }
  try {
    prepare("commit").run();
  } catch (error) {
    rollBack(prepare);
    throw error;
  }
  return changes;
}

function rollBack(prepare: Prepare): void {
  try {
    prepare("rollback").run();
  } catch {
    // SQLite has rolled back by itself.
  }
}
