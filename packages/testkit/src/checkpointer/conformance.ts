import { caseOf, type ConformanceCase } from "../conformance.ts";
import { checkOptions } from "../options.ts";
import { beginScenarios } from "./begins.ts";
import type { CheckpointerScenario } from "./drive.ts";
import { endScenarios } from "./ends.ts";
import { unsavedScenarios } from "./ends-unsaved.ts";
import type { CheckpointerCapabilities, CheckpointerHost } from "./host.ts";
import { resumeScenarios } from "./resumes.ts";
import { saveScenarios } from "./saves.ts";

/** What every custom checkpointer keeps, in the order in which it is told. */
export const checkpointerScenarios: readonly CheckpointerScenario[] = [
  ...beginScenarios,
  ...saveScenarios,
  ...endScenarios,
  ...unsavedScenarios,
  ...resumeScenarios,
];

export interface CheckpointerConformanceOptions {
  /** Shown as the reason of a skip. */
  readonly name: string;
  /** What the host's persistence can do beyond the contract. */
  readonly capabilities: CheckpointerCapabilities;
  /** Makes one more process of the host each time, always on the same data. */
  readonly create: () => CheckpointerHost | Promise<CheckpointerHost>;
  /** Milliseconds within which a process is told of a request to cancel. @default 10,000 */
  readonly lagMs?: number | undefined;
}

/**
 * Lists the contract of custom checkpointers as cases for any test runner.
 *
 * @example
 * for (const { title, skip, run } of checkpointerConformance({ name: "mine", capabilities: { resumes: true }, create })) {
 *   test(title, { skip }, run);
 * }
 */
export function checkpointerConformance(
  options: CheckpointerConformanceOptions,
): ConformanceCase[] {
  checkOptions("checkpointerConformance", options);
  const { name, capabilities } = options;
  return checkpointerScenarios.map((scenario) =>
    caseOf(scenario, { name, capabilities, run: () => prove(scenario, options) }),
  );
}

async function prove(
  scenario: CheckpointerScenario,
  { create, lagMs = 10_000 }: CheckpointerConformanceOptions,
): Promise<void> {
  const hosts: CheckpointerHost[] = [];
  const another = async (): Promise<CheckpointerHost> => {
    const host = await create();
    hosts.push(host);
    return host;
  };
  try {
    await scenario.prove({ host: await another(), another, lagMs });
  } finally {
    await Promise.allSettled(hosts.map(async (host) => host.close?.()));
  }
}
