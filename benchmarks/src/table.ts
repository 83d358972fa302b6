import type { Benchmark, Report, Row, Spread } from "./benchmark.ts";

/** A report as lines of a Markdown table, which a terminal shows as well. */
export function tableOf({ title }: Pick<Benchmark, "title">, { rows }: Report): string {
  const cells = [["what", "median", "least – most", "beside", "budget"], ...rows.map(cellsOf)];
  const widths = cells[0]?.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  const rule = line(head.map((_, column) => "-".repeat(widths?.[column] ?? 3)));
  return [`### ${title}`, "", line(head), rule, ...body.map(line), ""].join("\n");
}

function cellsOf({ what, unit, value, ratio, budget }: Row): string[] {
  const wide = ratio?.times ?? value;
  return [
    what,
    `${digits(value.median)} ${unit}`,
    value.least === value.most ? "" : `${digits(value.least)} – ${digits(value.most)}`,
    ratio === undefined ? "" : `${digits(ratio.times.median)} × ${ratio.to}`,
    budget === undefined ? "" : verdictOn(wide, budget, ratio === undefined ? unit : "×"),
  ];
}

function verdictOn({ median }: Spread, budget: NonNullable<Row["budget"]>, unit: string): string {
  if ("most" in budget) {
    return `≤ ${budget.most} ${unit}: ${median <= budget.most ? "met" : "not met"}`;
  }
  return `≥ ${budget.least} ${unit}: ${median >= budget.least ? "met" : "not met"}`;
}

function digits(value: number): string {
  if (!Number.isFinite(value)) return "?";
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString("en")
    : String(Number(value.toPrecision(3)));
}
