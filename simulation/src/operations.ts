import { isExecutusError } from "@executus/core";
import type { Moment } from "./chronicle.ts";
import type { Operation } from "./plan.ts";
import { textOf } from "./records.ts";
import { Violation } from "./violation.ts";
import type { Process, World } from "./world.ts";

/** Does one thing in a process, if it is up, and checks what came of it against how the run was meanwhile. */
export function perform(world: World, operation: Operation): void {
  const process = world.at(operation.slot);
  const { life, executor } = process ?? {};
  if (process === undefined || life === undefined || executor === undefined) return;
  world.tell(life.name, () => `${operation.kind} ${"id" in operation ? operation.id : ""}`);
  switch (operation.kind) {
    case "kill":
      return life.die("is killed");
    case "stall":
      return life.stall(operation.ms);
    case "clock":
      life.wallOffset = operation.ms;
      return;
    case "shutdown":
      life.isClosing = true;
      void executor.shutdown({ graceMs: 200 }).then(() => life.die("has shut down"));
      return;
    case "recover":
      return forget(executor.recover());
    case "list":
      return forget(executor.list());
    case "prune":
      return forget(executor.prune({ olderThanMs: 1_000 }));
    default:
      void ask(world, process, operation).catch((error: unknown) =>
        world.report(new Violation("x", `An operation failed in the simulation: ${String(error)}`)),
      );
  }
}

function forget(promise: Promise<unknown>): void {
  promise.catch(() => {});
}

type Asked = Extract<Operation, { readonly id: string }>;

/** What a caller was told, and how it can be true. */
async function ask(world: World, process: Process, operation: Asked): Promise<void> {
  const { id, kind } = operation;
  const { chronicle } = world;
  const before = chronicle.momentsOf(id).length;
  const result = await outcomeOf(world, process, operation);
  if ("error" in result) process.life.noteError(id, result.error);
  world.tell(process.life.name, () => `${kind} ${id} gives ${describe(result)}`);
  const meanwhile = chronicle.momentsOf(id).slice(Math.max(0, before - 1));
  // Of a row without a journal, whatever is said may be true.
  if (meanwhile.some(({ status }) => status === "ghost")) return;
  // A run without a record is not to be found in the store.
  if (process.life.degraded.has(id)) return;
  const may = truthOf(process, operation, result);
  if (may === undefined || meanwhile.some(may)) {
    noteAccepted(world, operation, result);
    return;
  }
  const was = meanwhile.map(({ status, incarnation }) => `${status} ${incarnation ?? ""}`);
  world.report(
    new Violation(
      "i",
      `${process.life.name} was told by ${kind} of "${id}": ${describe(result)}. But the run was ${was.join(", then ")}.`,
    ),
  );
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

async function outcomeOf(
  world: World,
  { executor, definitions, life }: Process,
  { kind, id }: Asked,
): Promise<Outcome> {
  const planned = world.plan.runs.find((run) => run.id === id);
  if (planned === undefined) throw new Error(`Nobody has planned "${id}".`);
  const definition = definitions[planned.program];
  const input = planned.program === "agent" ? JSON.stringify(planned.job) : planned.job;
  const options = { id, input } as never;
  try {
    switch (kind) {
      case "run":
        return { value: await executor.run(definition, options) };
      case "start": {
        const handle = await executor.start(definition, options);
        handle.result().catch((error: unknown) => life.noteError(id, error));
        return { value: handle.begun };
      }
      case "attach": {
        const handle = await executor.attach(id);
        forget(handle.result());
        return { value: true };
      }
      case "events": {
        const handle = await executor.attach(id);
        void listen(handle.events());
        return { value: true };
      }
      case "retry": {
        const handle = await executor.retry(id);
        forget(handle.result());
        return { value: true };
      }
      case "cancel":
        return { value: await executor.cancel(id) };
      case "delete":
        return { value: await executor.delete(id) };
      case "get":
        return { value: await executor.get(id) };
    }
  } catch (error) {
    return { error };
  }
}

async function listen(events: AsyncIterable<unknown>): Promise<void> {
  try {
    for await (const event of events) void event;
  } catch {
    // What a listener is told of is looked at elsewhere.
  }
}

/** How a run must have been for an answer to be true; `undefined` if it says nothing of that. */
function truthOf(
  { life }: Process,
  { kind, id }: Asked,
  result: Outcome,
): ((moment: Moment) => boolean) | undefined {
  const isMissing = ({ status }: Moment): boolean => status === "missing";
  const isThere = (moment: Moment): boolean => !isMissing(moment);
  const hasEnded = ({ status }: Moment): boolean => status === "completed" || status === "failed";
  if ("error" in result) {
    const { error } = result;
    if (isExecutusError(error, "EXECUTUS_RUN_NOT_FOUND")) return isMissing;
    if (isExecutusError(error, "EXECUTUS_RUN_ACTIVE")) return ({ status }) => status === "active";
    if (isExecutusError(error, "EXECUTUS_RUN_COMPLETED"))
      return ({ status }) => status === "completed";
    return undefined;
  }
  const { value } = result;
  switch (kind) {
    case "run":
      if (life.unended.has(id)) return undefined;
      return ({ status, output }) => status === "completed" && output === textOf(value);
    case "attach":
    case "events":
      // A run may be driven here still, although it was ended by others and is gone.
      return undefined;
    case "start":
      return isThere;
    case "retry":
      return ({ status }) => status === "active";
    case "cancel":
      // A request may land in the journal of a run that has ended and was removed meanwhile.
      if (value === true) return (moment) => moment.cancelAsked || isMissing(moment);
      return hasEnded;
    case "delete":
      return isMissing;
    case "get": {
      const view = value as { readonly status: string } | undefined;
      return ({ status }) => status === (view?.status ?? "missing");
    }
  }
}

/** From now on the run must not be lost. */
function noteAccepted({ chronicle, database }: World, { kind, id }: Asked, result: Outcome): void {
  const row = database.getRun(id);
  const told = row && chronicle.told(row.incarnation);
  if (told === undefined || "error" in result || result.value !== true) return;
  if (kind === "start") told.isAccepted = true;
  if (kind === "retry" && told.status === "active") told.isReopenAccepted = true;
}

function describe(result: Outcome): string {
  if ("value" in result) return textOf(result.value).slice(0, 200);
  const { error } = result;
  return isExecutusError(error) ? `${error.code}: ${error.message}` : String(error);
}
