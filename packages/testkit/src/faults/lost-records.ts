import type { JournalRecord, RunStore } from "@executus/core";
import { type Fault, of, ofHandle } from "./fault.ts";

/** Faults of records that are acknowledged and not kept. */
export const lostRecordFaults: readonly Fault[] = [
  lost(
    "saves",
    "a save",
    ["append.empty-slot", "exit.definition-changed"],
    ({ type }) => type === "save",
  ),
  lost(
    "later-saves",
    "every save but the first",
    [
      ...of("read-journal", "order"),
      ...of("resume", "at-each-phase at-each-turn ended"),
      ...of("duplicate-names", "apart"),
      ...of("exit", "returns success-beats-shutdown success-beats-abort listener-stops"),
      ...of("zombie", "lapsed"),
      ...of("crash-before", "phases duplicate-names chunks loop agent resume shutdown"),
      ...of("crash-after", "phases duplicate-names chunks loop agent resume shutdown"),
      ...of("race", "claim"),
      ...of("attempts", "numbered progress"),
      ...of("cancel", "ended"),
      ...of("retry", "completed"),
      ...of("verbs", "get"),
    ],
    ({ type, seq }) => type === "save" && seq > 2,
  ),
  lost(
    "loop-saves",
    "a save of messages",
    [
      ...of("append", "empty-slot"),
      ...of("resume", "at-each-turn again-and-again ended"),
      ...of(
        "exit",
        "returns throws-error throws-string throws-undefined throws-unsavable",
        "turn-limit critic deadline unsavable-output unsavable-last-output",
        "too-large ignores-signal aborted-before aborted-inside aborted-between",
        "aborted-in-save success-beats-shutdown success-beats-abort",
        "listener-stops",
      ),
      ...of("crash-before", "loop agent"),
      ...of("crash-after", "loop agent"),
      ...of("verbs", "recover"),
    ],
    (record) => isSaveOf(record, "messages"),
  ),
  lost(
    "phase-saves",
    "a save of outputs",
    [
      ...of("resume", "at-each-phase reopened"),
      ...of("exit", "definition-changed"),
      ...of("zombie", "lapsed"),
      ...of("crash-before", "phases shutdown"),
      ...of("crash-after", "phases shutdown"),
      ...of("race", "claim"),
      ...of("cancel", "ended"),
      ...of("retry", "completed"),
      ...of("verbs", "get"),
    ],
    (record) => isSaveOf(record, "outputs"),
  ),
  lost(
    "claims",
    "a claim",
    ["race.claim", "attempts.numbered", "resume.again-and-again"],
    ({ type }) => type === "claim",
  ),
  lost(
    "second-claims",
    "every claim but the first",
    [
      ...of("resume", "again-and-again"),
      ...of("crash-before", "resume retry"),
      ...of("crash-after", "resume retry"),
      ...of("attempts", "numbered exhausted progress all released"),
      ...of("retry", "keeps-progress fails-again"),
    ],
    ({ type, generation }) => type === "claim" && generation > 2,
  ),
  lost(
    "requests",
    "a request",
    [
      ...of("crash-before", "cancel"),
      ...of("crash-after", "cancel"),
      ...of("ambiguous", "cancel"),
      ...of("cancel", "twice abandoned released"),
    ],
    ({ type }) => type === "request",
  ),
  lost(
    "completions",
    "a completion",
    [
      ...of("resume", "ended"),
      ...of("exit", "returns"),
      ...of("cancel", "ended"),
      ...of("retry", "completed"),
      ...of("verbs", "get prune"),
    ],
    ({ type }) => type === "complete",
  ),
  lost(
    "failures",
    "a failure",
    [
      ...of(
        "exit",
        "throws-error throws-string throws-undefined throws-unsavable",
        "ignores-signal aborted-before aborted-inside aborted-between",
        "aborted-in-save invalid-recorded-input builder-throws deadline-passed",
      ),
      ...of("race", "cancel"),
      ...of("verbs", "delete"),
    ],
    ({ type }) => type === "fail",
  ),
  lost(
    "releases",
    "a release",
    [
      ...of("exit", "shutdown shutdown-alias built-definition-changed"),
      ...of("zombie", "release"),
      ...of("attempts", "released"),
    ],
    ({ type }) => type === "release",
  ),
  lost(
    "reopenings",
    "a reopening",
    [
      ...of("crash-before", "retry"),
      ...of("crash-after", "retry"),
      ...of("ambiguous", "retry"),
      ...of("attempts", "retried"),
      ...of("retry", "keeps-progress fails-again at-once cancelled"),
    ],
    ({ type }) => type === "reopen",
  ),
  lost(
    "chunked",
    "a record that has chunks",
    [
      ...of("record-fields", "chunks"),
      ...of("large", "outputs torn torn-before-record ambiguous"),
      ...of("crash-before", "chunks"),
      ...of("crash-after", "chunks"),
    ],
    ({ chunks }) => chunks !== undefined,
  ),
];

function isSaveOf({ type, data }: JournalRecord, what: string): boolean {
  return type === "save" && typeof data === "string" && data.includes(`"${what}"`);
}

/** A store that says it has put a record, and has not. */
function lost(
  id: string,
  what: string,
  caughtBy: readonly string[],
  isLost: (record: JournalRecord) => boolean,
): Fault {
  return {
    id: `lost-${id}`,
    breaks: `${what} is acknowledged and forgotten`,
    caughtBy,
    make: ofHandle((store: RunStore) => ({
      append: async (journal, record) => isLost(record) || store.append(journal, record),
    })),
  };
}
