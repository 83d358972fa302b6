// Proves one scenario after the other on the store of a module, in a process of its own: whatever the module does, the
// one that watches stays able to say so.
import { type ConformanceCase, storeConformance } from "../conformance.ts";
import { describeStore, loadCreate, UnusableModule } from "./load-create.ts";
import type { Failure, Reply, Request } from "./messages.ts";

async function work(module: string): Promise<void> {
  const create = await loadCreate(module);
  const store = await describeStore(create);
  const cases = await storeConformance({ create });
  process.on("message", ({ prove }: Request) => {
    const found = cases.find(({ id }) => id === prove);
    if (found !== undefined) void proved(found).then(reply);
  });
  reply({ type: "ready", store });
}

async function proved({ skip, run }: ConformanceCase): Promise<Reply> {
  if (skip !== false) return { type: "proved", skip };
  try {
    await run();
    return { type: "proved", skip };
  } catch (error) {
    return { type: "proved", skip, failure: failureOf(error) };
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: `It threw ${String(error)}.` };
  return { message: error.message, stack: error.stack };
}

function reply(message: Reply): void {
  process.send?.(message);
}

// It ends with the one that watches, however that ends.
process.once("disconnect", () => process.exit());
try {
  await work(process.argv[2] ?? "");
} catch (error) {
  if (!(error instanceof UnusableModule)) throw error;
  reply({ type: "unusable", why: error.message });
}
