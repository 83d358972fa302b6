import type { DefinitionBody, TurnContext } from "../definition.ts";
import { expectObject, unexpected } from "../expect.ts";
import { contextFor } from "./attempt.ts";
import type { Attempt, BodyResult } from "./attempt.ts";
import { checkTurnLimit } from "./turn-limit.ts";

/** Runs turns until one says that it is done. Its output is the run's. */
export async function runLoop(
  attempt: Attempt,
  { turn: run, maxTurns }: Extract<DefinitionBody, { readonly kind: "loop" }>,
): Promise<BodyResult> {
  const { state, start, feed, runtime, cancellation } = attempt;
  await attempt.prepared();
  for (;;) {
    cancellation.signal.throwIfAborted();
    checkTurnLimit(attempt, maxTurns);
    const turn = state.turns + 1;
    feed.live({ type: "turn-started", at: runtime.now(), turn, attempt: start.attempt });
    const context: TurnContext<unknown, unknown> = {
      ...contextFor(attempt, ["turn", turn]),
      input: attempt.input,
      history: state.history,
      turn,
    };
    const result = checkResult(
      await attempt.call(() => run(context as TurnContext<never, never>)),
      start.definition.name,
    );
    for (const message of result.append) state.history.push(message);
    state.turns = turn;
    if (result.done) return { output: result.output };
    await attempt.boundary();
  }
}

function checkResult(
  result: unknown,
  name: string,
): { readonly append: readonly unknown[]; readonly done: boolean; readonly output: unknown } {
  const what = `what a turn of "${name}" returns`;
  expectObject(what, result, "{ append, done, output }");
  const { append = [], done = false, output } = result as Record<string, unknown>;
  if (!Array.isArray(append)) throw unexpected(`"append" of ${what}`, "an array", append);
  if (typeof done !== "boolean") throw unexpected(`"done" of ${what}`, "true or false", done);
  return { append, done, output };
}
