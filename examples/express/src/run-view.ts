import type { RunSummary, RunView } from "@executus/core";

/** What clients see of a run. */
export interface ShownRun extends ShownSummary {
  readonly attempt: number;
  /** Names of the phases that have ended. */
  readonly phases: readonly string[];
  readonly cancelAsked: boolean;
  readonly output?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface ShownSummary {
  readonly id: string;
  readonly status: RunSummary["status"];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export function showRun(run: RunView): ShownRun {
  const { attempt, completedPhases: phases, cancelAsked, status, output, error, code } = run;
  return {
    ...showSummary(run),
    attempt,
    phases,
    cancelAsked,
    ...(status === "completed" && { output }),
    // What was thrown, without its stack.
    ...(status === "failed" && { error: { code, message: messageOf(error) } }),
  };
}

export function showSummary({ id, status, createdAt, updatedAt }: RunSummary): ShownSummary {
  return { id, status, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
