import { hash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { defineRun } from "@executus/core";
import type { Definition, RunContext } from "@executus/core";
import { z } from "zod";
import { notify } from "./notify.ts";
import { countWords, distinctWords, shareInCommon } from "./words.ts";

interface Texts {
  readonly texts: readonly { readonly name: string; readonly text: string }[];
}

/** Checks what a client has sent, before a run is begun. */
const schema: z.ZodType<Texts> = z.strictObject({
  texts: z
    .array(z.strictObject({ name: z.string().min(1).max(200), text: z.string().max(100_000) }))
    .min(1)
    .max(100)
    .refine((texts) => new Set(texts.map(({ name }) => name)).size === texts.length, {
      error: "Two texts have the same name",
    }),
});

/** What is found out about the texts. */
interface Survey {
  readonly texts: readonly {
    readonly name: string;
    readonly words: number;
    readonly sha256: string;
  }[];
  /** Those that have at least half of their words in common. */
  readonly alike: readonly Alike[];
}

interface Alike {
  readonly names: readonly [string, string];
  readonly share: number;
}

export interface SurveyOptions {
  /** How much longer each text takes, so that one can look on. */
  readonly pauseMs: number;
  /** Who is told of each survey that is done. @default nobody */
  readonly notifyUrl?: string | undefined;
}

/** What comes in is unknown until the schema has checked it. */
export type SurveyJob = Definition<unknown, Survey>;

/** The job. What a phase returns is saved when it ends, and given to the phases after it as `outputs`. */
export function defineSurvey({ pauseMs, notifyUrl }: SurveyOptions): SurveyJob {
  /** Works on one item after the other: tells of each, and stops when the run is to stop. */
  async function eachOf<Item, Result>(
    phase: string,
    { report, signal }: Pick<RunContext<unknown>, "report" | "signal">,
    items: readonly Item[],
    work: (item: Item, index: number) => Result,
  ): Promise<Result[]> {
    const results: Result[] = [];
    for (const [index, item] of items.entries()) {
      results.push(work(item, index));
      report({ phase, done: index + 1, total: items.length });
      await pause(pauseMs, undefined, { signal });
    }
    return results;
  }

  return defineRun("survey", { version: "1", input: schema })
    .phase("count", (run) =>
      eachOf("count", run, run.input.texts, ({ name, text }) => ({
        name,
        words: countWords(text),
        sha256: hash("sha256", text),
      })),
    )
    .phase("compare", async (run) => {
      const all = run.input.texts.map(({ name, text }) => ({ name, words: distinctWords(text) }));
      const pairs = await eachOf("compare", run, all, (one, index) =>
        all.slice(index + 1).map((other): Alike => ({
          names: [one.name, other.name],
          share: shareInCommon(one.words, other.words),
        })),
      );
      return pairs.flat().filter(({ share }) => share >= 0.5);
    })
    .phase("notify", async ({ id, idempotencyKey, outputs, signal }): Promise<Survey> => {
      const survey = { texts: outputs.count, alike: outputs.compare };
      if (notifyUrl !== undefined)
        await notify(notifyUrl, { id, survey }, { idempotencyKey, signal });
      return survey;
    });
}
