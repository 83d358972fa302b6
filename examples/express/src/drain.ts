import type { Server } from "node:http";
import type { Executor } from "@executus/core";

/** Lets a process end without hurting anything: nobody waits for its lease, and nothing counts as a failed attempt. */
export async function drain(server: Server, executor: Executor, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // Runs have so long to end; then they are released for others. Their streams end with them.
  await executor.shutdown({ graceMs });
  // Whoever keeps a connection without reading from it is not waited for.
  const impatience = setTimeout(() => server.closeAllConnections(), 1_000);
  server.closeIdleConnections();
  await closed;
  clearTimeout(impatience);
  await executor[Symbol.asyncDispose]();
}
