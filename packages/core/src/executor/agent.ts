import type { AgentBody } from "../agent.ts";
import { copyData } from "../copy-data.ts";
import type { AgentMessage } from "../messages.ts";
import { checkAnswer, checkCompacted, outputOf } from "./answer.ts";
import { contextFor } from "./attempt.ts";
import type { Attempt, BodyResult } from "./attempt.ts";
import { endsWithAnswer, isOpen, pairCalls } from "./tool-calls.ts";
import { ToolLoopGuard } from "./tool-loop.ts";
import { runTools } from "./tools.ts";
import { checkTurnLimit } from "./turn-limit.ts";

/** Asks the model and runs the tools that it calls, until an answer calls none. A turn has two boundaries: the answer, and the results of its tools. */
export async function runAgent(attempt: Attempt, body: AgentBody): Promise<BodyResult> {
  const { state, start, cancellation } = attempt;
  await attempt.prepared();
  const history = state.history as AgentMessage[];
  const guard = new ToolLoopGuard(start.info.id, body.maxRepeatedToolCalls);
  const past = pairCalls(history);
  let open = past.filter(isOpen);
  let turn = history.slice(open[0]?.turnAt ?? history.length);
  const ended = past.filter(({ turnAt }) => turnAt < history.length - turn.length);
  guard.take(ended.filter(({ result }) => (result?.at ?? 0) >= (start.since?.messages ?? 0)));
  if (history.length > 0 && open.length === 0 && endsWithAnswer(history)) {
    return { output: outputOf(history) };
  }
  for (;;) {
    if (open.length > 0) {
      const results: AgentMessage = {
        role: "tool",
        content: await runTools(attempt, body.tools, open),
      };
      history.push(results);
      guard.take(pairCalls([...turn, results]));
      await attempt.boundary();
    }
    cancellation.signal.throwIfAborted();
    checkTurnLimit(attempt, body.maxTurns);
    turn = await ask(attempt, body, history);
    history.push(...turn);
    state.turns += 1;
    const calls = pairCalls(turn);
    open = calls.filter(isOpen);
    if (open.length === 0 && endsWithAnswer(turn)) return { output: outputOf(turn) };
    if (open.length === 0) guard.take(calls);
    await attempt.boundary();
  }
}

/** Asks the model, with what `compact` makes of the conversation. Both get copies: what they change is not what is saved. */
async function ask(
  attempt: Attempt,
  { model, compact, system, tools }: AgentBody,
  history: readonly AgentMessage[],
): Promise<AgentMessage[]> {
  const { start, state, feed, runtime, cancellation } = attempt;
  const { name } = start.definition;
  const turn = state.turns + 1;
  feed.live({ type: "turn-started", at: runtime.now(), turn, attempt: start.attempt });
  const answer = await attempt.call(async () => {
    const all = copyData([...(attempt.input as readonly AgentMessage[]), ...history]);
    const seen =
      compact === undefined
        ? all
        : checkCompacted(await compact(all, contextFor(attempt, ["turn", turn, "compact"])), name);
    cancellation.signal.throwIfAborted();
    const instructions: readonly AgentMessage[] =
      system === undefined ? [] : [{ role: "system", content: system }];
    const described = [...tools].map(([toolName, { description, inputSchema }]) => [
      toolName,
      { description, inputSchema },
    ]);
    return model({
      ...contextFor(attempt, ["turn", turn]),
      messages: [...instructions, ...seen],
      tools: Object.fromEntries(described),
      turn,
    });
  });
  return checkAnswer(answer, name);
}
