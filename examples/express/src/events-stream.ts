import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { RunEvent, RunHandle } from "@executus/core";

export interface StreamOptions {
  /** The position of the last recorded event that the client has seen. */
  readonly after: number;
  /** Whether the run has ended: then there may be nothing left to say. */
  readonly ended: boolean;
  readonly keepAliveMs: number;
}

/**
 * Answers with a run's events, as Server-Sent Events, until the run has ended, this process is to stop, or the client goes.
 *
 * An event's id is its position among those that are recorded: the same in every process, at any time. What only the
 * driving process tells (reports of progress) has none, and is not told again.
 */
export async function streamEvents(
  response: ServerResponse,
  run: Pick<RunHandle<unknown>, "events">,
  { after, ended, keepAliveMs }: StreamOptions,
): Promise<void> {
  // It may be gone already: it took a look at the run to come here.
  if (response.destroyed) return;
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const keepAlive = setInterval(() => {
    if (response.headersSent && !response.writableNeedDrain) response.write(": keep-alive\n\n");
  }, keepAliveMs);
  try {
    if (!ended) open(response);
    for await (const event of run.events({ after, signal: gone.signal })) {
      if (!response.headersSent) open(response);
      const isTaken = response.write(format(event));
      if (!isTaken) await once(response, "drain", { signal: gone.signal });
    }
    // A client that has seen all of a run that has ended is told to ask no more.
    if (!response.headersSent) response.statusCode = 204;
    response.end();
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    clearInterval(keepAlive);
  }
}

function open(response: ServerResponse): void {
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    // Proxies are not to collect events, and nobody is to wait for a connection that a stream has had.
    "X-Accel-Buffering": "no",
    Connection: "close",
  });
  // Who is cut off, by a deploy say, is back soon.
  response.write("retry: 1000\n\n");
}

function format({ type, ...data }: RunEvent): string {
  const lines = [`event: ${type}`, `data: ${JSON.stringify(data)}`];
  if ("position" in data) lines.push(`id: ${data.position}`);
  return `${lines.join("\n")}\n\n`;
}
