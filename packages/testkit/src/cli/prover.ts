import { type ChildProcess, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "./arguments.ts";
import type { Failure, Reply, Request, StoreDescription } from "./messages.ts";

/** How a scenario went. */
export type Proof =
  | { readonly outcome: "passed" }
  | { readonly outcome: "skipped"; readonly why: string }
  | { readonly outcome: "failed" | "timed out"; readonly failure: Failure };

/** Proves scenarios in a process of its own, which is killed when it hangs, and started anew. */
export interface Prover extends AsyncDisposable {
  readonly store: StoreDescription;
  prove(id: string): Promise<Proof>;
}

export interface ProverOptions {
  readonly module: string;
  readonly timeoutMs: number;
}

interface Worker {
  readonly child: ChildProcess;
  readonly store: StoreDescription;
}

const program = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/** Starts a prover. @throws {UsageError} if the module makes no store. */
export async function startProver(options: ProverOptions): Promise<Prover> {
  const first = await startWorker(options);
  let worker: Worker | undefined = first;
  return {
    store: first.store,
    async prove(id) {
      try {
        worker ??= await startWorker(options);
      } catch (error) {
        // It could be used before: what it does now is an answer of the store's.
        if (!(error instanceof UsageError)) throw error;
        return { outcome: "failed", failure: { message: error.message } };
      }
      const request: Request = { prove: id };
      // If it cannot be sent, the process is gone, and that is the answer.
      worker.child.send(request, () => {});
      const answer = await answerOf(worker.child, options.timeoutMs);
      if (answer.type === "proved") return proofOf(answer);
      await kill(worker.child);
      worker = undefined;
      if (answer.type === "silent") {
        const message = `It was not over after ${options.timeoutMs} ms. The next scenario has a new process.`;
        return { outcome: "timed out", failure: { message } };
      }
      return { outcome: "failed", failure: { message: `${explain(answer)} in the middle of it.` } };
    },
    async [Symbol.asyncDispose]() {
      if (worker !== undefined) await kill(worker.child);
    },
  };
}

async function startWorker({ module, timeoutMs }: ProverOptions): Promise<Worker> {
  const child = fork(fileURLToPath(program), [module], {
    // What the store prints must not get into the report.
    stdio: ["ignore", 2, 2, "ipc"],
  });
  const answer = await answerOf(child, timeoutMs);
  if (answer.type === "ready") return { child, store: answer.store };
  await kill(child);
  if (answer.type === "unusable") throw new UsageError(answer.why);
  if (answer.type === "silent") {
    throw new UsageError(`"${module}" has made no store after ${timeoutMs} ms.`);
  }
  throw new UsageError(`${explain(answer)} before "${module}" had made a store.`);
}

type Answer = Reply | { readonly type: "silent" } | { readonly type: "gone"; readonly by: string };

/** The next message of a worker, or what came in its place. */
async function answerOf(child: ChildProcess, timeoutMs: number): Promise<Answer> {
  if (isGone(child)) return { type: "gone", by: nameOf(child.exitCode, child.signalCode) };
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const onMessage = (reply: unknown): void => resolve(reply as Reply);
  const onExit = (code: number | null, signal: string | null): void =>
    resolve({ type: "gone", by: nameOf(code, signal) });
  const timer = setTimeout(() => resolve({ type: "silent" }), timeoutMs);
  child.once("message", onMessage).once("exit", onExit);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.off("message", onMessage).off("exit", onExit);
  }
}

function nameOf(code: number | null, signal: string | null): string {
  return signal ?? `code ${code}`;
}

function isGone({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function explain(answer: Answer): string {
  const how = answer.type === "gone" ? ` (${answer.by})` : "";
  return `The process of the store ended${how}`;
}

function proofOf({ skip, failure }: Extract<Reply, { type: "proved" }>): Proof {
  if (skip !== false) return { outcome: "skipped", why: skip };
  return failure === undefined ? { outcome: "passed" } : { outcome: "failed", failure };
}

async function kill(child: ChildProcess): Promise<void> {
  if (isGone(child)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  child.kill("SIGKILL");
  await promise;
}
