import { hash } from "node:crypto";
import { ExecutusError } from "../errors.ts";
import { encodeJson } from "../json-encode.ts";
import type { ToolCallPart } from "../messages.ts";
import type { PairedCall } from "./tool-calls.ts";

/** A call and what came of it. */
interface Outcome {
  readonly call: ToolCallPart;
  readonly output: unknown;
}

/**
 * Notices a model that calls tools in a circle: the same calls with the same input and the same result, and nothing that
 * has not been there before.
 */
export class ToolLoopGuard {
  readonly #runId: string;
  readonly #limit: number;
  readonly #seen = new Set<string>();
  /** Repetitions of each outcome since something new came. */
  readonly #repeated = new Map<string, number>();

  constructor(runId: string, limit: number) {
    this.#runId = runId;
    this.#limit = limit;
  }

  /** Takes in results of the past, from a place in the history on. @throws `EXECUTUS_TOOL_LOOP` */
  takeSince(pairs: readonly PairedCall[], from: number): void {
    const outcomes = pairs.flatMap(({ call, result }) =>
      result === undefined || result.at < from ? [] : [{ call, output: result.output }],
    );
    this.take(outcomes);
  }

  /** Takes in results. @throws `EXECUTUS_TOOL_LOOP` */
  take(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) this.#takeOne(outcome);
  }

  #takeOne(outcome: Outcome): void {
    const known = fingerprintOf(outcome);
    if (known === undefined || !this.#seen.has(known)) {
      if (known !== undefined) this.#seen.add(known);
      this.#repeated.clear();
      return;
    }
    const times = (this.#repeated.get(known) ?? 0) + 1;
    this.#repeated.set(known, times);
    if (times > this.#limit) throw this.#loop(outcome.call.toolName);
  }

  #loop(toolName: string): ExecutusError {
    return new ExecutusError(
      "EXECUTUS_TOOL_LOOP",
      `Run "${this.#runId}" has repeated a call of the tool "${toolName}" more than ${this.#limit} times with the same input and result, and nothing new came of any other. Mend the tool or the instructions, or raise "maxRepeatedToolCalls", then call retry.`,
      { runId: this.#runId },
    );
  }
}

/** What a call with its result is known by; `undefined` for what cannot be compared, which counts as new. */
function fingerprintOf({ call, output }: Outcome): string | undefined {
  const { toolName, input } = call;
  try {
    const text = encodeJson([toolName, input, output], Number.MAX_SAFE_INTEGER, { sortKeys: true });
    return hash("sha256", text, "base64url");
  } catch {
    // Only a run without a record comes here: what cannot be encoded cannot be saved.
    return undefined;
  }
}
