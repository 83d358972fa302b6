// Two copies of the core in one process: what each makes of the other's errors, definitions and stores.
import { equal } from "node:assert/strict";
import { memoryStore } from "@executus/adapter-memory";
import { sqliteStore } from "@executus/adapter-sqlite";
import * as one from "@executus/core";
import * as two from "executus-core-of-another-version";

type Core = typeof one;

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("It did not fail.");
}

function errorsAreKnown(mine: Core, theirs: Core): void {
  const error = new mine.ExecutusError("EXECUTUS_FENCED", "x");
  equal(error instanceof theirs.ExecutusError, false);
  equal(theirs.isExecutusError(error), true);
  equal(theirs.isExecutusError(error, "EXECUTUS_FENCED"), true);
  equal(theirs.isExecutusError(error, "EXECUTUS_SHUTDOWN"), false);

  const shutdown = new mine.ExecutusError("EXECUTUS_SHUTDOWN", "x");
  const wrapped = new Error("mine", { cause: new AggregateError([shutdown]) });
  equal(theirs.isShutdown(wrapped), true);
  equal(theirs.classifyCheckpointOutcome({ error: wrapped }, wrapped), "leaveRunning");
}

async function definitionsRun(mine: Core, theirs: Core): Promise<void> {
  const job = mine
    .defineRun<{ n: number }>("job", { version: "1" })
    .phase("read", ({ input }) => input.n)
    .phase("double", ({ outputs }) => outputs.read * 2);
  const count = mine.defineLoop<undefined, number, number>("count", {
    version: "1",
    turn: ({ turn, history }) => ({ append: [turn], done: turn === 3, output: history.length }),
  });
  const executor = theirs.createExecutor({ store: memoryStore(), definitions: [job, count] });

  equal(await executor.run(job, { input: { n: 21 } }), 42);
  equal(await executor.run(count), 2);

  await executor[Symbol.asyncDispose]();
}

async function shutdownsRelease(mine: Core, theirs: Core): Promise<void> {
  const shutdown = new mine.ExecutusError("EXECUTUS_SHUTDOWN", "x");
  const abort = new AbortController();
  const job = theirs.defineRun("waiting", { version: "1" }).phase("wait", async ({ signal }) => {
    abort.abort(shutdown);
    signal.throwIfAborted();
  });
  const executor = theirs.createExecutor({ store: memoryStore() });

  const failure = await failureOf(executor.run(job, { id: "job-1", signal: abort.signal }));

  equal(failure, shutdown);
  equal((await executor.get("job-1"))?.status, "active");
  await executor[Symbol.asyncDispose]();
}

async function storesReport(mine: Core, theirs: Core): Promise<void> {
  const closed = sqliteStore({ database: ":memory:" });
  await closed[Symbol.asyncDispose]();
  const executor = theirs.createExecutor({ store: closed });

  const failure = await failureOf(executor.get("job-1"));

  equal(mine.isExecutusError(failure, "EXECUTUS_STORE_CLOSED"), true);
}

async function statesAreCarried(mine: Core, theirs: Core): Promise<void> {
  const ran: string[] = [];
  const job = theirs
    .defineRun("job", { version: "1" })
    .phase("one", () => void ran.push("one"))
    .phase("two", () => void ran.push("two"));
  const completedPhases = [{ name: "one", index: 0, output: undefined }];
  const executor = theirs.createExecutor();

  const state = { history: [], turns: 0, completedPhases };
  await mine.withResumeState(state, () => executor.run(job));

  equal(ran.join(), "two");
}

const other = two as unknown as Core;
equal(other.ExecutusError === one.ExecutusError, false);
for (const [mine, theirs] of [
  [one, other],
  [other, one],
] as const) {
  errorsAreKnown(mine, theirs);
  await definitionsRun(mine, theirs);
  await shutdownsRelease(mine, theirs);
  await storesReport(mine, theirs);
  await statesAreCarried(mine, theirs);
}

// The compiler takes the one's definitions for the other's executor, too.
const job = one.defineRun<{ n: number }>("job", { version: "1" }).phase("read", (run) => run.input);
const executor = two.createExecutor({ store: memoryStore(), definitions: [job] });
const output: { readonly n: number } = await executor.run(job, { input: { n: 1 } });
equal(output.n, 1);
await executor[Symbol.asyncDispose]();

console.log("all as expected");
