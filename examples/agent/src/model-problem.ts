import { APICallError, RetryError } from "ai";
import { oneLine } from "./printable.ts";
import { Problem } from "./problem.ts";
import type { Secret } from "./secret.ts";

/**
 * One line about why there is no answer. The client's own error is not kept: it holds the request and the answer whole, and
 * would be saved with the run.
 */
export function modelProblem(error: unknown, secret: Secret): Problem {
  const isRepeated = RetryError.isInstance(error);
  const last: unknown = isRepeated ? error.lastError : error;
  const status = APICallError.isInstance(last) ? last.statusCode : undefined;
  const facts = [
    ...(status === undefined ? [] : [`HTTP ${status}`]),
    ...(isRepeated ? [`asked ${error.errors.length} times`] : []),
  ];
  const where = facts.length > 0 ? ` (${facts.join(", ")})` : "";
  const reason = oneLine(secret.inText(reasonOf(last)), 200).replace(/\.$/, "");
  const hint = status === undefined ? undefined : hints[status];
  return new Problem(`The model gave no answer${where}: ${reason}.${hint ? ` ${hint}` : ""}`);
}

const hints: Readonly<Record<number, string>> = {
  401: "Is EXECUTUS_AGENT_API_KEY right?",
  403: "Is EXECUTUS_AGENT_API_KEY right?",
  404: "Are EXECUTUS_AGENT_BASE_URL and EXECUTUS_AGENT_MODEL right?",
};

function reasonOf(error: unknown): string {
  if (APICallError.isInstance(error) && error.statusCode === 200) {
    return error.isRetryable
      ? "the connection was cut in the middle of the answer"
      : "what came is no chat completion";
  }
  if (error instanceof RangeError) return "what came is nested too deeply";
  return error instanceof Error && error.message !== "" ? error.message : "it is not known why";
}
