import { parseArgs } from "node:util";
import type { Scenario } from "../scenario.ts";
import { scenarios } from "../scenarios/index.ts";
import { areaOf } from "./report.ts";

/** What is wrong with a command is said in one sentence, without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Command {
  /** The module that makes a store, as it was named. */
  readonly module: string | undefined;
  /** What is to be proved, in the order of the contract. */
  readonly selected: readonly Scenario[];
  readonly timeoutMs: number;
  readonly json: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

export const help = `Usage: executus-conformance <module> [options]

Proves the store contract of Executus, scenario by scenario, on the store that a module makes. Its default export, or
its export "create", is a function that gives a new handle (a RunStore, or a promise of one) each time, always on the
same data. Give it a database of its own: rows are left behind.

  --only <id or area>   prove this alone, such as "append" or "append.one-winner"; may be given more than once
  --timeout-ms <n>      time limit of one scenario (default: 60000)
  --json                print the report as JSON
  --list                print the scenarios, and prove nothing
  --help                print this

Exit code: 0 if everything that the store declares is proved, 1 if a scenario failed, 2 if nothing could be proved.
`;

/** Reads a command line. @throws {UsageError} */
export function readArguments(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const { only, json, list, help: wantsHelp } = values;
  const [module, ...more] = positionals;
  if (module === undefined && !list && !wantsHelp) {
    throw new UsageError("Expected a module that makes a store, such as ./my-store.js.");
  }
  if (more.length > 0) throw new UsageError(`Expected one module, got ${positionals.length}.`);
  return {
    module,
    selected: select(only.flatMap((each) => each.split(","))),
    timeoutMs: readTimeout(values["timeout-ms"]),
    json,
    list,
    help: wantsHelp,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: "string", multiple: true, default: [] },
        "timeout-ms": { type: "string", default: "60000" },
        json: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

function select(wanted: readonly string[]): readonly Scenario[] {
  const areas = new Set(scenarios.map(areaOf));
  const ids = new Set(scenarios.map(({ id }) => id));
  for (const each of wanted) {
    if (areas.has(each) || ids.has(each)) continue;
    throw new UsageError(
      `There is no scenario or area "${each}". The areas are ${[...areas].join(", ")}.`,
    );
  }
  if (wanted.length === 0) return scenarios;
  return scenarios.filter(({ id }) => wanted.includes(id) || wanted.includes(areaOf({ id })));
}

/** Timers hold no more. */
const longestTimeoutMs = 2 ** 31 - 1;

function readTimeout(given: string): number {
  const ms = Number(given);
  if (/^\d+$/.test(given) && ms > 0 && ms <= longestTimeoutMs) return ms;
  throw new UsageError(
    `Expected --timeout-ms to be a number of milliseconds from 1 to ${longestTimeoutMs}, got "${given}".`,
  );
}
