import { defineRun } from "@executus/core";
import type { Definition } from "@executus/core";
import { checkRanking, checkReport } from "./checks.ts";
import type { Digest } from "./checks.ts";
import { collect } from "./collect.ts";
import { rank } from "./rank.ts";
import { writeReport } from "./report.ts";
import { noPause, stepOf } from "./step.ts";
import type { Pause } from "./step.ts";

/** Both paths are absolute. */
export interface DigestInput {
  /** Where the texts are. */
  readonly folder: string;
  /** The Markdown file to write. */
  readonly report: string;
}

/** The job. What a phase returns is saved when it ends, and given to the phases after it as `outputs`. */
export function defineDigest(pause: Pause = noPause): Definition<DigestInput, Digest> {
  return defineRun<DigestInput>("digest", { version: "1" })
    .phase("collect", (run) => collect(run.input, stepOf("collect", run, pause)))
    .phase("rank", (run) => rank(run.outputs.collect, stepOf("rank", run, pause)))
    .phase("check", (run) =>
      checkRanking(run.outputs.collect, run.outputs.rank, stepOf("check", run, pause)),
    )
    .phase("write", (run) =>
      writeReport(run.input.report, run.outputs.rank, stepOf("write", run, pause)),
    )
    .phase("check", (run) =>
      checkReport(run.outputs.write, run.outputs.rank, stepOf("check", run, pause)),
    );
}

export const digest: Definition<DigestInput, Digest> = defineDigest();
