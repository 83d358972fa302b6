import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { serve } from "./support.ts";

/** One call of a web hook, which waits for its answer. */
interface Call {
  readonly key: string | string[] | undefined;
  readonly message: Readonly<Record<string, unknown>>;
  answer(status: number): void;
}

/** A web hook that answers when it is told to: until then, the run that calls it is in the middle of a phase. */
export interface WebHook {
  readonly url: string;
  readonly calls: readonly Call[];
  /** Resolves with the next call that nobody has taken. */
  next(): Promise<Call>;
}

export async function webHook(): Promise<WebHook> {
  const calls: Call[] = [];
  const untaken: Call[] = [];
  const waiting: ((call: Call) => void)[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call: Call = {
      key: request.headers["idempotency-key"],
      message: JSON.parse(await text(request)) as Call["message"],
      answer: (status) => void response.writeHead(status).end(),
    };
    calls.push(call);
    const taker = waiting.shift();
    if (taker === undefined) untaken.push(call);
    else taker(call);
  };
  const url = await serve((request, response) => void take(request, response));
  const next = async (): Promise<Call> =>
    untaken.shift() ?? new Promise((resolve) => waiting.push(resolve));
  return { url, calls, next };
}
