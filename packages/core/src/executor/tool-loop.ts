import { hash } from "node:crypto";
import { ExecutusError } from "../errors.ts";
import { encodeJson } from "../json-encode.ts";
import type { ToolCallPart } from "../messages.ts";
import type { PairedCall } from "./tool-calls.ts";

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

  /**
   * Takes in the calls of one or more turns, in the order of the calls; those without a result say nothing yet. A model that
   * calls the same twice in one answer has not seen the first result, so that counts once.
   *
   * @throws `EXECUTUS_TOOL_LOOP`
   */
  take(calls: readonly PairedCall[]): void {
    let turn: number | undefined;
    const inTurn = new Set<string>();
    for (const paired of calls) {
      if (paired.result === undefined) continue;
      if (paired.turnAt !== turn) inTurn.clear();
      turn = paired.turnAt;
      const known = fingerprintOf(paired.call, paired.result.output);
      if (known === undefined || !this.#seen.has(known)) this.#repeated.clear();
      else if (!inTurn.has(known)) this.#repeat(known, paired.call.toolName);
      if (known === undefined) continue;
      this.#seen.add(known);
      inTurn.add(known);
    }
  }

  #repeat(known: string, toolName: string): void {
    const times = (this.#repeated.get(known) ?? 0) + 1;
    this.#repeated.set(known, times);
    if (times > this.#limit) throw this.#loop(toolName);
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
function fingerprintOf({ toolName, input }: ToolCallPart, output: unknown): string | undefined {
  try {
    const text = encodeJson([toolName, input, output], Number.MAX_SAFE_INTEGER, { sortKeys: true });
    return hash("sha256", text, "base64url");
  } catch {
    // Only without a store does a run come here with it: what cannot be encoded cannot be saved.
    return undefined;
  }
}
