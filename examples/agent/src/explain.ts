import { isExecutusError } from "@executus/core";
import { oneLine } from "./printable.ts";

/** One line about an error, also about one that a run has recorded. */
export function explain(error: unknown): string {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (isExecutusError(each, "EXECUTUS_DEADLINE_EXCEEDED"))
      return "The time of --timeout-ms is up.";
    // Errors of Executus say what to do; but a recorded failure only that there is one.
    const tells = isExecutusError(each)
      ? each.code !== "EXECUTUS_RUN_FAILED"
      : each.name === "Problem" || each.cause === undefined;
    if (tells) return oneLine(each.message, 500);
  }
  return oneLine(String(error), 500);
}
