import type { PhaseRow } from "./attempt.ts";
import type { Screen, Style } from "./screen.ts";

const styles: Readonly<Record<PhaseRow["state"], Style>> = {
  running: "yellow",
  done: "green",
  skipped: "dim",
  killed: "red",
  failed: "red",
};
const barLength = 24;

/** One phase of an attempt, in one line. */
export function showRow(row: PhaseRow, remark: string, { paint }: Screen): string {
  const { name, state, done, total } = row;
  const items = state === "skipped" ? "" : itemsOf(row);
  const tail = state === "running" ? bar(done, total) : paint("dim", remark);
  const columns = [name.padEnd(9), paint(styles[state], state.padEnd(9)), items.padEnd(14), tail];
  return `  ${columns.join("")}`.trimEnd();
}

/** All phases beside all attempts. */
export function showTable(
  phases: readonly string[],
  attempts: readonly (readonly PhaseRow[])[],
  { paint }: Screen,
): string[] {
  const cells = attempts.map((rows) => phases.map((_, index) => cellOf(rows[index])));
  const titles = ["phase", ...attempts.map((_, index) => `attempt ${index + 1}`)];
  const columns = [[...phases], ...cells].map((column, index) => [titles[index] ?? "", ...column]);
  const widths = columns.map((column) => Math.max(...column.map((cell) => cell.length)) + 3);
  return ["", ...phases].map((_, line) => {
    const text = columns.map((column, index) => (column[line] ?? "").padEnd(widths[index] ?? 0));
    return `  ${line === 0 ? paint("dim", text.join("").trimEnd()) : text.join("").trimEnd()}`;
  });
}

function cellOf(row: PhaseRow | undefined): string {
  if (row === undefined) return "not reached";
  return row.state === "skipped" ? "skipped" : `${row.state}, ${itemsOf(row)}`;
}

function itemsOf({ done, total }: PhaseRow): string {
  return `${done} of ${total}`;
}

function bar(done: number, total: number): string {
  const filled = Math.round((barLength * done) / Math.max(total, 1));
  return "█".repeat(filled) + "░".repeat(barLength - filled);
}
