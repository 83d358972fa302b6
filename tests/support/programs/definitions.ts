import { appendFileSync } from "node:fs";
import { defineRun } from "@executus/core";
import type { Definition } from "@executus/core";

export interface StepsInput {
  /** A file that each phase writes a line into when it runs. */
  readonly log: string;
  /** The attempt that never ends its second phase. */
  readonly hangIn: number;
}

/** Three phases, of which the second waits to be killed in one attempt. */
export const steps: Definition<StepsInput, string> = defineRun<StepsInput>("steps", {
  version: "1",
})
  .phase("one", ({ input, attempt }) => note(input, "one", attempt))
  .phase("two", async ({ input, attempt, signal }) => {
    note(input, "two", attempt);
    if (attempt === input.hangIn) {
      await new Promise((_resolve, reject) => {
        // A timer, so that the process stays.
        const stay = setInterval(() => {}, 1000);
        signal.addEventListener("abort", () => {
          clearInterval(stay);
          note(input, "aborted", attempt);
          reject(signal.reason);
        });
      });
    }
    return `two/${attempt}`;
  })
  .phase("three", ({ input, attempt, outputs }) => {
    note(input, "three", attempt);
    return `${outputs.one} ${outputs.two} three/${attempt}`;
  });

function note({ log }: StepsInput, phase: string, attempt: number): string {
  appendFileSync(log, `${phase}/${attempt}\n`);
  return `${phase}/${attempt}`;
}
