import type { AnyDefinition } from "../definition.ts";
import { checkRunId } from "../identifiers.ts";
import { notFoundError } from "../journal/requests.ts";
import { accept } from "./accept.ts";
import { withJournal } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { follow, resultOf } from "./follow.ts";
import type { RunHandle } from "./handle.ts";
import { makeHandle } from "./make-handle.ts";
import type { RunRequest } from "./run-options.ts";

/** Gives a run's result, working on it here if nobody else is. */
export async function run(engine: Engine, request: RunRequest): Promise<unknown> {
  const accepted = await accept(engine, request, { mayDegrade: true });
  if (accepted.kind === "own") return resultOf(await accepted.run.exit);
  const { id, definition, ifActive, signal } = request;
  return follow(engine, id, { definition, ifActive, signal, ifSkipped: "throw" });
}

/** Gives a handle of a run as soon as it is durably accepted. */
export async function start(engine: Engine, request: RunRequest): Promise<RunHandle<unknown>> {
  const accepted = await accept(engine, request, { mayDegrade: false });
  const { id, definition, ifActive, signal } = request;
  if (accepted.kind === "own") {
    const { run: driven, begun } = accepted;
    return makeHandle(engine, id, { driven, begun, result: driven.exit.then(resultOf) });
  }
  const result = follow(engine, id, { definition, ifActive, signal, ifSkipped: "throw" });
  return makeHandle(engine, id, { driven: engine.active.get(id), begun: false, result });
}

/** Gives a handle of a run that is there. */
export async function attach(engine: Engine, id: string): Promise<RunHandle<unknown>> {
  checkRunId(id);
  const driven = engine.active.get(id);
  let definition: AnyDefinition | undefined = driven?.definition;
  if (driven === undefined) {
    const found = await withJournal(engine, "attach", (journal) => journal.inspect(id));
    if (found.kind === "missing") throw notFoundError(id);
    definition = engine.definitions.get(found.row.definition);
  }
  return makeHandle(engine, id, {
    driven,
    begun: false,
    result: () => follow(engine, id, { definition, ifSkipped: "wait" }),
  });
}

/** Opens a failed run again, and drives it here if its definition is registered. */
export async function retry(engine: Engine, id: string): Promise<RunHandle<unknown>> {
  checkRunId(id);
  const found = await withJournal(engine, "retry", async (journal) => {
    await journal.reopen(id);
    return journal.inspect(id);
  });
  if (found.kind === "missing") throw notFoundError(id);
  const definition = engine.definitions.get(found.row.definition);
  const followed = (): Promise<unknown> => follow(engine, id, { definition, ifSkipped: "wait" });
  return makeHandle(engine, id, {
    driven: engine.active.get(id),
    begun: false,
    result: definition === undefined ? followed : followed(),
  });
}
