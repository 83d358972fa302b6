/** The table of stores in the README: what each declares, and what the whole suite says of it. */

/** How a store did. */
export interface Result {
  readonly name: string;
  /** The folder of its package. */
  readonly folder: string;
  readonly durable: boolean;
  readonly multiProcess: boolean;
  /** What it was run on, where that is a server. */
  readonly server?: string | undefined;
  readonly passed: number;
  readonly failed: number;
  /** Scenarios for what it does not declare. */
  readonly skipped: number;
}

const begin = "<!-- stores: `npm run stores` runs the whole suite on each, and writes this -->";
const end = "<!-- end of stores -->";
const yours =
  "| yours | [twelve small methods](docs/writing-an-adapter.md), proved with [@executus/testkit](packages/testkit) | | | |";

/** The page with the table anew. */
export function withTable(page: string, results: readonly Result[]): string {
  const [from, to] = placeOf(page);
  const lines = [
    "| Store | Package | Durable | Several processes | Scenarios passed |",
    "| --- | --- | --- | --- | --- |",
    ...results.map(lineOf),
    yours,
  ];
  return `${page.slice(0, from)}\n\n${lines.join("\n")}\n\n${page.slice(to)}`;
}

/** The cells of the table, line by line, without its head. */
export function tableOf(page: string): string[][] {
  const lines = page
    .slice(...placeOf(page))
    .trim()
    .split("\n")
    .slice(2);
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function lineOf(result: Result): string {
  const { name, folder, durable, multiProcess, passed, failed, skipped, server } = result;
  const link = `[@executus/${folder}](packages/${folder})`;
  const said = (yes: boolean): string => (yes ? "yes" : "no");
  const undeclared = skipped === 0 ? "" : `, ${skipped} not declared`;
  const on = server === undefined ? "" : `, on ${server}`;
  const score = `${passed} of ${passed + failed + skipped}${undeclared}${on}`;
  return `| ${name} | ${link} | ${said(durable)} | ${said(multiProcess)} | ${score} |`;
}

function placeOf(page: string): [from: number, to: number] {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error("The page has no place for the table of stores.");
  return [from + begin.length, to];
}
