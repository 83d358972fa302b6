import type { Digest } from "../checks.ts";
import type { DigestInput } from "../digest.ts";
import type { Progress } from "../step.ts";

/** What the parent asks of the job. */
export interface JobOrder {
  /** Its address. */
  readonly store: string;
  readonly id: string;
  readonly input: DigestInput;
}

/** What the job tells its parent. */
export type Telling =
  /** Also of earlier attempts: what has happened in the run is told from its begin. */
  | { readonly type: "attempt"; readonly attempt: number }
  | ({ readonly type: "progress" } & Progress)
  | { readonly type: "completed"; readonly name: string }
  | { readonly type: "result"; readonly digest: Digest }
  | { readonly type: "problem"; readonly text: string };
