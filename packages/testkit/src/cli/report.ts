import type { Scenario } from "../scenario.ts";
import type { StoreDescription } from "./messages.ts";
import type { Proof } from "./prover.ts";

/** A scenario, and how it went. */
export interface Result {
  readonly id: string;
  readonly behaviour: string;
  readonly ms: number;
  readonly proof: Proof;
}

export interface Report {
  readonly module: string;
  readonly store: StoreDescription;
  readonly results: readonly Result[];
}

export function areaOf({ id }: { readonly id: string }): string {
  return id.slice(0, id.indexOf("."));
}

export function hasFailed({ proof }: Result): boolean {
  return proof.outcome === "failed" || proof.outcome === "timed out";
}

/** The scenarios as they are listed, in columns. */
export function listText(scenarios: readonly Scenario[]): string {
  const width = Math.max(...scenarios.map(({ id }) => id.length));
  const lines = scenarios.map(({ id, behaviour, needs }) => {
    const only = needs === undefined ? "" : ` (needs "${needs}")`;
    return `${id.padEnd(width)}  ${behaviour}${only}\n`;
  });
  return lines.join("");
}

export function listJson(scenarios: readonly Scenario[]): string {
  const told = scenarios.map(({ id, behaviour, needs }) => ({ id, behaviour, needs }));
  return `${JSON.stringify({ scenarios: told }, undefined, 2)}\n`;
}

/** The report for programs. */
export function reportJson({ module, store, results }: Report): string {
  const scenarios = results.map(({ id, behaviour, ms, proof }) => ({
    id,
    behaviour,
    ms,
    ...proof,
  }));
  const report = { module, store, ...countsOf(results), scenarios };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** The report for people: a line for each area, then what failed, then the sum. */
export function reportText({ store, results }: Report): string {
  const areas = [...Map.groupBy(results, areaOf)];
  const width = Math.max(...areas.map(([area]) => area.length));
  const head = `${"Area".padEnd(width)}  Passed  Failed  Not declared  Seconds\n`;
  const lines = areas.map(([area, ofArea]) => lineOf(area.padEnd(width), ofArea));
  const failures = results.filter(hasFailed).map(failureText);
  return [`Store: ${store.name}\n`, head + lines.join(""), ...failures, sumOf(results)].join("\n");
}

function lineOf(area: string, results: readonly Result[]): string {
  const { passed, failed, skipped } = countsOf(results);
  const cells = [
    String(passed).padStart(6),
    (failed === 0 ? "" : String(failed)).padStart(6),
    (skipped === 0 ? "" : String(skipped)).padStart(12),
    secondsOf(results).padStart(7),
  ];
  return `${area}  ${cells.join("  ")}\n`;
}

function failureText({ id, behaviour, proof }: Result): string {
  if (!("failure" in proof)) return "";
  const { message, stack = "" } = proof.failure;
  // The first place outside Node.js is the line of the scenario.
  const at = stack.split("\n").find((line) => /^ +at /.test(line) && !line.includes("node:"));
  const lines = [message, ...(at === undefined ? [] : [at.trim()])].join("\n").split("\n");
  const label = proof.outcome === "failed" ? "FAILED" : "TIMED OUT";
  return `${label} ${id}: ${behaviour}\n${lines.map((line) => `    ${line}\n`).join("")}`;
}

function sumOf(results: readonly Result[]): string {
  const { passed, failed, skipped } = countsOf(results);
  const undeclared = skipped === 0 ? "" : `, ${skipped} not declared`;
  return `${passed} of ${results.length} passed, ${failed} failed${undeclared}, in ${secondsOf(results)} s\n`;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function countsOf(results: readonly Result[]): Counts {
  return {
    passed: results.filter(({ proof }) => proof.outcome === "passed").length,
    failed: results.filter(hasFailed).length,
    skipped: results.filter(({ proof }) => proof.outcome === "skipped").length,
  };
}

function secondsOf(results: readonly Result[]): string {
  return (results.reduce((sum, { ms }) => sum + ms, 0) / 1000).toFixed(1);
}
