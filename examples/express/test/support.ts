import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A database that is gone when the test is over. */
export async function newDatabase(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "express-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return join(folder, "runs.sqlite");
}

/** Serves until the test is over. @returns the address */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Texts, two of which are alike. */
export const texts = {
  texts: [
    { name: "fox", text: "The quick brown fox jumps over the lazy dog." },
    { name: "cat", text: "The quick brown cat jumps over the lazy dog." },
    { name: "poem", text: "Shall I compare thee to a summer's day?" },
  ],
} as const;

/** What an answer says. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, body: (text === "" ? {} : JSON.parse(text)) as Answer["body"] };
}

/** Starts a run as a client does. */
export function post(server: string, key: string, body: unknown = texts): Promise<Answer> {
  return ask(`${server}/runs`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(body),
  });
}
