import { memoryStore } from "@executus/adapter-memory";
import { sqliteStore } from "@executus/adapter-sqlite";
import {
  createExecutor,
  defineAgent,
  defineLoop,
  defineRun,
  defineTool,
  isExecutusError,
  jsonCodec,
  phase,
  withExistingCheckpointer,
  withResumeState,
} from "@executus/core";
import type { EventsOptions, Executor } from "@executus/core";
import { checkpointerConformance, storeConformance } from "@executus/testkit";
import { describe, expect, test } from "vitest";
import { anything } from "../support/agents.ts";
import { testLogger } from "../support/logger.ts";

const secret = "s3cr3t";

/** What somebody may give by mistake, and how a message names it. */
const mistakes: readonly (readonly [what: string, value: unknown])[] = [
  ["undefined", undefined],
  ["null", null],
  ["5", 5],
  ["NaN", Number.NaN],
  ["empty text", ""],
  ["text", secret],
  ["a list", [secret]],
  ["an object", { [secret]: secret }],
  ["a function", () => secret],
  ["a symbol", Symbol(secret)],
  ["a bigint", 5n],
];

interface Door {
  /** What the message must name. */
  readonly names: string;
  /** `given` is of no type that is right. */
  readonly enter: (given: never) => unknown;
  /** Mistakes that are none here. */
  readonly right: readonly string[];
}

const greet = defineRun("greet", { version: "1" }).phase("greet", () => "hi");
const model = () => ({ role: "assistant", content: "" }) as const;
const execute = (): string => "";
const tool = { description: "Does it.", inputSchema: anything, execute };
const state = { history: [], turns: 0, completedPhases: [] };
const checkpointer = {
  save: () => Promise.resolve(),
  complete: () => Promise.resolve(),
  fail: () => Promise.resolve(),
};

function withExecutor(call: (executor: Executor) => unknown): unknown {
  return call(createExecutor({ store: memoryStore(), logger: testLogger() }));
}

function withEvents(options: EventsOptions): unknown {
  return withExecutor(async (executor) => (await executor.start(greet)).events(options));
}

const door = (names: string, enter: Door["enter"], ...right: string[]): Door => ({
  names,
  enter,
  right,
});

const texts = ["text"];
const numbers = ["undefined", "5"];

const doors: readonly Door[] = [
  door("the definition's name", (given) => defineRun(given, { version: "1" }), ...texts),
  door('the options of "x"', (given) => defineRun("x", given), "an object"),
  door('the options of "x"', (given) => defineLoop("x", given), "an object"),
  door('the options of "x"', (given) => defineAgent("x", given), "an object"),
  door("the limits of encode", (limits) => jsonCodec.encode(1, limits), "an object"),
  door('"maxBytes"', (maxBytes) => jsonCodec.encode(1, { maxBytes }), "5"),
  door('the version of "x"', (version) => defineRun("x", { version }), ...texts),
  door(
    '"accepts" of "x"',
    (accepts) => defineRun("x", { version: "1", accepts }),
    "undefined",
    "a list",
  ),
  door(
    '"timeoutMs" of "x"',
    (timeoutMs) => defineRun("x", { version: "1", timeoutMs }),
    ...numbers,
  ),
  door(
    '"critic" of "x"',
    (critic) => defineRun("x", { version: "1", critic }),
    "undefined",
    "a function",
  ),
  door('"input" of "x"', (input) => defineRun("x", { version: "1", input }), "undefined"),
  door(
    '"build" of "x"',
    (build) => defineRun("x", { version: "1", build }),
    "undefined",
    "a function",
  ),
  door("the phase's name", (given) => phase(given, () => 1), ...texts),
  door("the phase's name", (given) => greet.phase(given, () => 1), ...texts),
  door('the phase "x"', (given) => phase("x", given), "a function"),
  door('the phase "x"', (given) => greet.phase("x", given), "a function"),
  door('"turn" of "x"', (turn) => defineLoop("x", { version: "1", turn }), "a function"),
  door(
    '"maxTurns" of "x"',
    (maxTurns) => defineLoop("x", { version: "1", maxTurns, turn: () => ({}) }),
    ...numbers,
  ),
  door('"model" of "x"', (given) => defineAgent("x", { version: "1", model: given }), "a function"),
  door(
    '"compact" of "x"',
    (compact) => defineAgent("x", { version: "1", model, compact }),
    "undefined",
    "a function",
  ),
  door(
    '"system" of "x"',
    (system) => defineAgent("x", { version: "1", model, system }),
    "undefined",
    "text",
    "empty text",
  ),
  door(
    '"maxTurns" of "x"',
    (maxTurns) => defineAgent("x", { version: "1", model, maxTurns }),
    ...numbers,
  ),
  door(
    '"maxRepeatedToolCalls" of "x"',
    (given) => defineAgent("x", { version: "1", model, maxRepeatedToolCalls: given }),
    ...numbers,
  ),
  door(
    '"tools" of "x"',
    (tools) => defineAgent("x", { version: "1", model, tools }),
    "undefined",
    "an object",
  ),
  door(
    'the tool "t" of "x"',
    (t) => defineAgent("x", { version: "1", model, tools: { t } }),
    "an object",
  ),
  door("the tool", (given) => defineTool(given), "an object"),
  door('"description" of the tool', (description) => defineTool({ ...tool, description }), "text"),
  door('"inputSchema" of the tool', (inputSchema) => defineTool({ ...tool, inputSchema })),
  door('"execute" of the tool', (given) => defineTool({ ...tool, execute: given }), "a function"),
  door('"timeoutMs" of the tool', (timeoutMs) => defineTool({ ...tool, timeoutMs }), ...numbers),
  door("the options of createExecutor", (given) => createExecutor(given), "undefined", "an object"),
  door('"store"', (store) => createExecutor({ store }), "undefined"),
  door('"checkpointers"', (checkpointers) => createExecutor({ checkpointers }), "undefined"),
  door("definitions", (definitions) => createExecutor({ definitions }), "undefined"),
  door("the queue", (queue) => createExecutor({ queue }), "undefined", "text"),
  door('"keepStore"', (keepStore) => createExecutor({ keepStore }), "undefined"),
  door('"durability"', (durability) => createExecutor({ durability }), "undefined"),
  door('"recovery', (recovery) => createExecutor({ store: memoryStore(), recovery }), "undefined"),
  door('"logger"', (logger) => createExecutor({ logger }), "undefined"),
  door('"codec"', (codec) => createExecutor({ codec }), "undefined"),
  door('"runtime"', (runtime) => createExecutor({ runtime }), "undefined"),
  ...[
    "leaseMs",
    "pollMs",
    "callTimeoutMs",
    "beginTimeoutMs",
    "saveTimeoutMs",
    "finaliseTimeoutMs",
    "abortGraceMs",
    "maxFailedAttempts",
    "maxFailedAttemptsWithoutProgress",
    "maxConcurrentRuns",
    "maxRecordedBytes",
  ].map((name) => door(`"${name}"`, (given) => createExecutor({ [name]: given }), ...numbers)),
  door("what is to run", (given) => withExecutor((executor) => executor.run(given))),
  door("what is to run", (given) => withExecutor((executor) => executor.start(given))),
  door(
    "the options of a run",
    (given) => withExecutor((executor) => executor.run(greet, given)),
    "undefined",
    "an object",
  ),
  ...(
    [
      ["signal", "undefined"],
      ["timeoutMs", ...numbers],
      ["deadline", ...numbers],
      ["createdAt", ...numbers],
      ["attempt", ...numbers],
      ["ifActive", "undefined"],
      ["resume", "undefined"],
      ["checkpointer", "undefined"],
    ] as const
  ).map(([name, ...right]) =>
    door(
      `"${name}"`,
      (given) => withExecutor((executor) => executor.run(greet, { [name]: given })),
      ...right,
    ),
  ),
  door(
    "The run id",
    (id) => withExecutor((executor) => executor.run(greet, { id })),
    "undefined",
    "text",
  ),
  ...(["get", "attach", "cancel", "retry", "delete"] as const).map((verb) =>
    door("The run id", (id) => withExecutor((executor) => executor[verb](id)), "text"),
  ),
  door(
    "the options of list",
    (given) => withExecutor((executor) => executor.list(given)),
    "undefined",
    "an object",
  ),
  door('"status"', (status) => withExecutor((executor) => executor.list({ status })), "undefined"),
  door('"limit"', (limit) => withExecutor((executor) => executor.list({ limit })), ...numbers),
  door(
    '"cursor"',
    (cursor) => withExecutor((executor) => executor.list({ cursor })),
    "undefined",
    "text",
    "empty text",
  ),
  door("the options of events", (given) => withEvents(given), "undefined", "an object"),
  door('"after"', (after) => withEvents({ after }), ...numbers),
  door('"signal"', (signal) => withEvents({ signal }), "undefined"),
  door(
    "the options of prune",
    (given) => withExecutor((executor) => executor.prune(given)),
    "an object",
  ),
  door(
    '"olderThanMs"',
    (given) => withExecutor((executor) => executor.prune({ olderThanMs: given })),
    "5",
  ),
  door(
    '"status"',
    (status) => withExecutor((executor) => executor.prune({ olderThanMs: 1, status })),
    "undefined",
  ),
  door(
    "the options of shutdown",
    (given) => withExecutor((executor) => executor.shutdown(given)),
    "undefined",
    "an object",
  ),
  door(
    '"graceMs"',
    (graceMs) => withExecutor((executor) => executor.shutdown({ graceMs })),
    ...numbers,
  ),
  door("the state", (given) => withResumeState(given, () => 1)),
  door("what is called with a state", (given) => withResumeState(state, given), "a function"),
  door("the checkpointer", (given) => withExistingCheckpointer(given, () => 1)),
  door(
    "what is called with a checkpointer",
    (given) => withExistingCheckpointer(checkpointer, given),
    "a function",
  ),
  door("the options of sqliteStore", (given) => sqliteStore(given), "an object"),
  door("`database`", (database) => sqliteStore({ database }), "text"),
  door(
    "`lockTimeoutMs`",
    (lockTimeoutMs) => sqliteStore({ database: ":memory:", lockTimeoutMs }),
    ...numbers,
  ),
  door(
    "`limits`",
    (limits) => sqliteStore({ database: ":memory:", limits }),
    "undefined",
    "an object",
  ),
  door("`limits`", (limits) => memoryStore({ limits }), "undefined", "an object"),
  door("the options of storeConformance", (given) => storeConformance(given), "an object"),
  door('"create" of storeConformance', (create) => storeConformance({ create }), "a function"),
  door('what "create" gives', (given) => storeConformance({ create: () => given })),
  door(
    "the options of checkpointerConformance",
    (given) => checkpointerConformance(given),
    "an object",
  ),
  door(
    '"create" of checkpointerConformance',
    (create) => checkpointerConformance({ name: "x", capabilities: {}, create }),
    "a function",
  ),
  door("the options of memoryStore", (given) => memoryStore(given), "undefined", "an object"),
  door("`data`", (data) => memoryStore({ data }), "undefined"),
];

const almost: readonly (readonly [string, () => unknown, RegExp])[] = [
  ["NaN turns", () => withResumeState({ ...state, turns: Number.NaN }, () => 1), /the state/],
  ["half a turn", () => withResumeState({ ...state, turns: 1.5 }, () => 1), /the state/],
  ["less than no turn", () => withResumeState({ ...state, turns: -1 }, () => 1), /the state/],
  [
    "a Map of tools",
    () => defineAgent("x", { version: "1", model, tools: new Map() as never }),
    /"tools" of "x" to be an object of tools by name/,
  ],
];

describe("what is almost right", () => {
  for (const [what, enter, message] of almost) {
    test(`is named: ${what}`, () => {
      expect(enter).toThrow(TypeError);
      expect(enter).toThrow(message);
    });
  }
});

describe("a wrong argument", () => {
  for (const [index, { names, enter, right }] of doors.entries()) {
    test(`in the place of ${names} is named, with what was expected and what came (${index})`, async () => {
      for (const [what, value] of mistakes) {
        if (right.includes(what)) continue;
        const error = await caught(() => enter(value as never));

        expect(error, `${what} was taken`).toBeInstanceOf(Error);
        const { message } = error as Error;
        if (isExecutusError(error, "EXECUTUS_INVALID_RUN_ID")) {
          expect(message).toMatch(/^The run id .+\. Use 1 to 512 bytes/);
        } else {
          expect(error).toBeInstanceOf(TypeError);
          expect(message).toMatch(/^Expected .+(, got |; it ).+\.$/s);
        }
        expect(message).toContain(names);
        if (typeof value !== "string") expect(message).not.toContain(secret);
      }
    });
  }
});

async function caught(enter: () => unknown): Promise<unknown> {
  try {
    await enter();
  } catch (error) {
    return error;
  }
  return undefined;
}
