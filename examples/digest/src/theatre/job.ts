/** The job, as a process of its own: it tells its parent what happens, and may be killed at any moment. */
import { createExecutor } from "@executus/core";
import { storeOf } from "example-stores";
import { defineDigest } from "../digest.ts";
import { explain } from "../problem.ts";
import type { Progress } from "../step.ts";
import type { JobOrder, Telling } from "./messages.ts";
import { paced } from "./pace.ts";

const order = JSON.parse(process.argv[2] ?? "{}") as JobOrder;
const digest = defineDigest(paced);

/** Resolves when the message is on its way. */
function tell(message: Telling): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => resolve());
  });
}

// If the parent is gone, nobody looks any more.
const orphaned = (): void => process.exit(1);
process.once("disconnect", orphaned);
if (!process.connected) orphaned();

const executor = createExecutor({
  store: await storeOf(order.store),
  definitions: [digest],
});
try {
  await executor.recover();
  const { id, input } = order;
  const handle = await executor.start(digest, { id, input });
  // Asked for at once, so that a failure is not told twice: it is told below.
  const result = handle.result();
  result.catch(() => {});
  for await (const event of handle.events()) {
    if (event.type === "attempt") await tell({ type: "attempt", attempt: event.attempt });
    if (event.type === "begun") await tell({ type: "attempt", attempt: 1 });
    if (event.type === "report") await tell({ type: "progress", ...(event.data as Progress) });
    if (event.type === "phase-completed") await tell({ type: "completed", name: event.name });
  }
  await tell({ type: "result", digest: await result });
} catch (error) {
  await tell({ type: "problem", text: explain(error) });
  process.exitCode = 1;
} finally {
  await executor[Symbol.asyncDispose]();
  process.off("disconnect", orphaned);
  process.disconnect?.();
}
