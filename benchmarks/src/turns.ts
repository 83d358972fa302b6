import { createExecutor } from "@executus/core";
import type { RunStore } from "@executus/core";
import { timeOf } from "./interleaved.ts";
import { chat } from "./programs.ts";

/** Microseconds that a turn takes in a run of so many, once the code is warm. Without a store, nothing is saved. */
export async function perTurn(store: RunStore | undefined, turns: number): Promise<number> {
  await using executor = createExecutor({ store });
  await store?.open();
  await executor.run(chat, { input: { turns } });
  const took = await timeOf(() => executor.run(chat, { input: { turns } }));
  return (took * 1_000) / turns;
}
