import type { Tool, ToolContext } from "../agent.ts";
import { copyData } from "../copy-data.ts";
import { explain } from "../errors.ts";
import type { ToolResultOutput, ToolResultPart } from "../messages.ts";
import { contextFor } from "./attempt.ts";
import type { Attempt } from "./attempt.ts";
import { Cancellation } from "./cancellation.ts";
import type { PairedCall } from "./tool-calls.ts";
import { toOutput } from "./tool-output.ts";

type Tools = ReadonlyMap<string, Tool>;

const defaultTimeoutMs = 60_000;

/** Runs the tools that a model has called, all at once. @returns their results in the order of the calls */
export function runTools(
  attempt: Attempt,
  tools: Tools,
  calls: readonly PairedCall[],
): Promise<ToolResultPart[]> {
  return attempt.call(async () => {
    const settled = await Promise.allSettled(calls.map((call) => runCall(attempt, tools, call)));
    return settled.map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
  });
}

/** Runs one call. It rejects only once the run is to stop: then the call has no result, and runs again in the next attempt. */
async function runCall(
  attempt: Attempt,
  tools: Tools,
  { call, index }: PairedCall,
): Promise<ToolResultPart> {
  const { toolCallId, toolName, input } = call;
  const tool = tools.get(toolName);
  const output =
    tool === undefined
      ? errorOutput(unknownTool(toolName, tools))
      : await resultOf(attempt, tool, { toolCallId, toolName, input, index });
  return { type: "tool-result", toolCallId, toolName, output };
}

interface KnownCall {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: unknown;
  readonly index: number;
}

async function resultOf(attempt: Attempt, tool: Tool, call: KnownCall): Promise<ToolResultOutput> {
  const { cancellation, feed, logger, runtime, start, state } = attempt;
  const { toolCallId, toolName, input, index } = call;
  const at = runtime.now();
  const turn = state.turns;
  // A copy, as the tool's is: what is done to it is not what is saved.
  const seen = { toolCallId, toolName, input: copyData(input) };
  feed.live({ type: "tool-started", at, turn, ...seen, attempt: start.attempt });
  const own = new Cancellation(runtime);
  own.watch(cancellation.signal);
  try {
    const position = ["turn", turn, "tool", index, toolCallId];
    const context = { ...contextFor(attempt, position), signal: own.signal, toolCallId, turn };
    return await withinTime(attempt, own, tool, toolName, () => execute(tool, call, context));
  } catch (error) {
    if (cancellation.signal.aborted || attempt.comesOfClosing(error)) throw error;
    logger.warn(
      { err: error, tool: toolName },
      'A tool failed: see "err". Its model is told, and the run goes on.',
    );
    return errorOutput(messageOf(error));
  } finally {
    own[Symbol.dispose]();
  }
}

async function execute(
  tool: Tool,
  { toolName, input }: KnownCall,
  context: ToolContext,
): Promise<ToolResultOutput> {
  const parsed = await tool.inputSchema["~standard"].validate(copyData(input));
  if (parsed.issues !== undefined) {
    const issues = parsed.issues.map(explain).join("; ");
    return errorOutput(`The input does not fit the tool "${toolName}". ${issues}`.trimEnd());
  }
  context.signal.throwIfAborted();
  return toOutput(await tool.execute(parsed.value as never, context));
}

/** Waits for a tool no longer than its time. */
async function withinTime<T>(
  { runtime }: Attempt,
  own: Cancellation,
  { timeoutMs = defaultTimeoutMs }: Tool,
  toolName: string,
  body: () => Promise<T>,
): Promise<T> {
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const callOff = runtime.timer(timeoutMs, () => {
    const error = new DOMException(
      `The tool "${toolName}" took longer than ${timeoutMs} ms.`,
      "TimeoutError",
    );
    own.abort(error);
    reject(error);
  });
  // Once the run is to stop, its grace counts.
  own.signal.addEventListener("abort", callOff, { once: true });
  if (own.signal.aborted) callOff();
  try {
    return await Promise.race([body(), timedOut]);
  } finally {
    callOff();
  }
}

function errorOutput(value: string): ToolResultOutput {
  return { type: "error-text", value };
}

function unknownTool(toolName: string, tools: Tools): string {
  const known = [...tools.keys()].map((name) => `"${name}"`).join(", ");
  return `There is no tool "${toolName}". ${known === "" ? "There are none." : `There are: ${known}.`}`;
}

/** Anything can be thrown, also what throws when it is looked at. */
function messageOf(error: unknown): string {
  try {
    if (typeof error === "string" && error !== "") return error;
    const { message, name } = error as { readonly message?: unknown; readonly name?: unknown };
    if (typeof message === "string" && message !== "") return message;
    if (typeof name === "string" && name !== "") return name;
  } catch {
    // Then there is nothing to tell of it.
  }
  return "The tool failed.";
}
