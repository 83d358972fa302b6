import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** One answer of the script. */
export type Answer = (response: ServerResponse, request: AskedRequest) => void | Promise<void>;

/** A message of the protocol, as the server gets it. */
interface SentMessage {
  readonly role: string;
  readonly content: string | null;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

interface AskedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly path: string | undefined;
  readonly messages: readonly SentMessage[];
  readonly tools: readonly { readonly function: { readonly name: string } }[];
}

/** A local endpoint that speaks OpenAI's protocol, by a script. */
export interface ModelServer {
  readonly env: Readonly<Record<string, string>>;
  /** All requests, in order. */
  readonly requests: readonly AskedRequest[];
}

export const key = "sk-test-0123456789abcdefghijkl";

/** Gives one answer of the script to each request. What is asked after that is refused, and counted. */
export async function modelServer(...script: readonly Answer[]): Promise<ModelServer> {
  const requests: AskedRequest[] = [];
  const server = createServer((request, response) => {
    void readRequest(request).then((asked) => {
      const answer = script[requests.length] ?? status(418, "There is no more in the script.");
      requests.push(asked);
      return answer(response, asked);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      EXECUTUS_AGENT_BASE_URL: `http://127.0.0.1:${port}/v1`,
      EXECUTUS_AGENT_API_KEY: key,
      EXECUTUS_AGENT_MODEL: "test-model",
    },
    requests,
  };
}

async function readRequest(request: IncomingMessage): Promise<AskedRequest> {
  const { headers, url: path } = request;
  const sent = JSON.parse(await text(request)) as Pick<AskedRequest, "messages" | "tools">;
  return { headers, path, messages: sent.messages, tools: sent.tools };
}

/** Ends a run. */
export function says(content: string): Answer {
  return completion({ role: "assistant", content });
}

/** Calls tools: each `[name, input]`; text stands for input that is not JSON. */
export function calls(...given: readonly (readonly [name: string, input: unknown])[]): Answer {
  const toolCalls = given.map(([name, input], index) => ({
    id: `call-${index}`,
    type: "function",
    function: { name, arguments: typeof input === "string" ? input : JSON.stringify(input) },
  }));
  return completion({ role: "assistant", content: null, tool_calls: toolCalls });
}

function completion(message: object): Answer {
  return body(
    JSON.stringify({
      id: "completion",
      object: "chat.completion",
      created: 1,
      model: "test-model",
      choices: [{ index: 0, message, finish_reason: "stop" }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    }),
  );
}

/** Answers with whatever text. */
export function body(content: string): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(content);
  };
}

/** Refuses. */
export function status(
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return (response) => {
    response
      .writeHead(code, { "content-type": "application/json", ...headers })
      .end(JSON.stringify({ error: { message } }));
  };
}

/** Cuts the connection in the middle of an answer. */
export const cut: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"id":"completion","choices":[', () => response.destroy());
};

/** Never answers. */
export const silence: Answer = () => {};
