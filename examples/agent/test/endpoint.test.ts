import { join } from "node:path";
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor } from "@executus/core";
import type { RunView } from "@executus/core";
import { describe, expect, test } from "vitest";
import { body, calls, cut, key, modelServer, says, silence, status } from "./model-server.ts";
import type { Answer, ModelServer } from "./model-server.ts";
import { folderWith, runHere } from "./support.ts";
import type { Said } from "./support.ts";

interface Asked extends Said {
  readonly server: ModelServer;
  /** The last line that was told. */
  readonly lastLine: string | undefined;
  again(...more: readonly string[]): Promise<Said>;
  record(): Promise<RunView | undefined>;
}

/** Asks a question of an endpoint that goes by a script. */
async function ask(script: readonly Answer[], ...more: readonly string[]): Promise<Asked> {
  const server = await modelServer(...script);
  const [folder, place] = [await folderWith({ "bees.md": "Bees dance." }), await folderWith()];
  const database = join(place, "runs.sqlite");
  const args = ["Who dances?", folder, "--store", `sqlite:${database}`, "--id", "run", ...more];
  const said = await runHere(args, server.env);
  return {
    ...said,
    server,
    lastLine: said.errors.trimEnd().split("\n").at(-1),
    again: (...others) => runHere([...args, ...others], server.env),
    record: async () => {
      const executor = createExecutor({ store: sqliteStore({ database }) });
      try {
        return await executor.get("run");
      } finally {
        await executor[Symbol.asyncDispose]();
      }
    },
  };
}

const goesOn = "What is saved stays: the same command goes on with it.";
const atOnce = { "retry-after-ms": "1" };
const dances = calls(["search", { text: "dance" }]);

test("it sends the key in its header, the question and the tools, and not where the folder is", async () => {
  const { server, code, out } = await ask([says("Bees.")]);

  const [request] = server.requests;
  expect({ code, out }).toEqual({ code: 0, out: "Bees.\n" });
  expect(request).toMatchObject({
    path: "/v1/chat/completions",
    headers: { authorization: `Bearer ${key}` },
    messages: [{ role: "system" }, { role: "user", content: "Who dances?" }],
  });
  expect(request?.tools.map(({ function: { name } }) => name)).toEqual([
    "list_files",
    "search",
    "read_file",
  ]);
  expect(JSON.stringify([request?.messages, request?.tools])).not.toContain("agent-test-");
});

describe("an endpoint that is busy", () => {
  test("is asked again as soon as it says, and its answer is taken", async () => {
    const busy = status(429, "Slow down.", { "retry-after": "0" });
    const { server, code, out } = await ask([busy, busy, says("Bees.")]);

    expect({ code, out }).toEqual({ code: 0, out: "Bees.\n" });
    expect(server.requests).toHaveLength(3);
  });

  test("for ever fails the run, and the same command goes on with what was answered", async () => {
    const busy = status(429, "Slow down.", atOnce);
    const asked = await ask([dances, busy, busy, busy, says("Bees.")]);
    const record = await asked.record();
    const again = await asked.again();

    expect(asked).toMatchObject({ code: 1, out: "" });
    expect(asked.lastLine).toBe(
      `The model gave no answer (HTTP 429, asked 3 times): Slow down. ${goesOn}`,
    );
    expect(record).toMatchObject({ status: "failed", turns: 1, attempt: 1 });
    expect(again).toMatchObject({ code: 0, out: "Bees.\n" });
    expect(again.errors).toContain(
      "Run run had failed, and is tried again after turn 1. The model",
    );
    expect(asked.server.requests.map(({ messages }) => messages.length)).toEqual([2, 4, 4, 4, 4]);
  });

  test("is asked no more often than is wished", async () => {
    const { server, lastLine } = await ask([status(429, "Slow down.", atOnce)], "--retries", "0");

    expect(lastLine).toBe(`The model gave no answer (HTTP 429): Slow down. ${goesOn}`);
    expect(server.requests).toHaveLength(1);
  });
});

describe("a failure that may pass", () => {
  const cutAtOnce: Answer = (response, request) => {
    response.setHeader("retry-after-ms", "1");
    return cut(response, request);
  };

  test.each([
    ["an error of the server", status(500, "Oops.", atOnce), "HTTP 500", "Oops"],
    [
      "a connection that is cut in the middle of an answer",
      cutAtOnce,
      "HTTP 200",
      "the connection was cut in the middle of the answer",
    ],
  ])("%s is passed over, and told if it stays", async (_, failing, code, reason) => {
    const passing = await ask([failing, says("Bees.")], "--retries", "1");
    const staying = await ask([failing, failing], "--retries", "1");

    expect(passing).toMatchObject({ code: 0, out: "Bees.\n" });
    expect(staying).toMatchObject({ code: 1, out: "" });
    expect(staying.lastLine).toBe(
      `The model gave no answer (${code}, asked 2 times): ${reason}. ${goesOn}`,
    );
  });
});

describe("an answer that is none", () => {
  test.each([
    ["no JSON", body("Hello."), "what came is no chat completion"],
    [
      "JSON without choices",
      body('{"object":"chat.completion"}'),
      "what came is no chat completion",
    ],
    ["an empty list of choices", body('{"choices":[]}'), "Response did not contain any choices"],
    ["half a JSON", body('{"choices":[{"message"'), "what came is no chat completion"],
    ["nothing", body(""), "what came is no chat completion"],
    ["a refused key", status(401, "No such key."), "No such key. Is EXECUTUS_AGENT_API_KEY right?"],
    [
      "an unknown model",
      status(404, "No such model."),
      "No such model. Are EXECUTUS_AGENT_BASE_URL",
    ],
    ["a long error of many lines", status(400, "Bad.\n".repeat(9_999)), "Bad. Bad. Bad."],
    ["an answer without content", says(""), 'Expected the model of "folder-agent" to give'],
  ])("(%s) fails the run in one line, and the same command asks again", async (_, bad, reason) => {
    const asked = await ask([bad, says("Bees.")]);
    const again = await asked.again();

    expect(asked).toMatchObject({ code: 1, out: "" });
    expect(asked.lastLine).toContain(reason);
    expect(asked.lastLine?.length).toBeLessThan(600);
    expect(asked.lastLine).toContain(goesOn);
    expect(asked.errors).not.toMatch(/^\s+at /m);
    expect(again).toMatchObject({ code: 0, out: "Bees.\n" });
    expect(asked.server.requests).toHaveLength(2);
  });
});

describe("a call of a tool that cannot be", () => {
  test.each([
    ["whose input is not JSON", calls(["search", "{text: nope"]), "Invalid input for tool search"],
    ["of an unknown tool", calls(["rm", { path: "/" }]), "unavailable tool 'rm'"],
    ["with input of a wrong type", calls(["search", { text: 5 }]), "Invalid input for tool search"],
    ["with no input", calls(["read_file", ""]), "Invalid input for tool read_file"],
    [
      "with a prototype",
      calls(["search", '{"text":"a","__proto__":{}}']),
      "Invalid input for tool",
    ],
    ["with a hostile path", calls(["read_file", { path: "../x" }]), "leads out of the folder"],
  ])("(%s) is told to the model, and the run goes on", async (_, bad, told) => {
    const { server, code, out } = await ask([bad, says("Bees.")]);

    expect({ code, out }).toEqual({ code: 0, out: "Bees.\n" });
    expect(server.requests[1]?.messages.at(-1)).toMatchObject({
      role: "tool",
      tool_call_id: "call-0",
      content: expect.stringContaining(told) as string,
    });
  });

  test("does not keep the other calls of its answer from being made", async () => {
    const { server, code } = await ask([
      calls(["rm", {}], ["search", { text: "dance" }], ["read_file", { path: "/etc/passwd" }]),
      says("Bees."),
    ]);

    const results = server.requests[1]?.messages.slice(3) ?? [];
    expect(code).toBe(0);
    expect(results.map(({ tool_call_id: id }) => id)).toEqual(["call-0", "call-1", "call-2"]);
    expect(results[1]?.content).toContain("Bees dance.");
  });

  test("with input that is nested, but not too deeply, is told to the model", async () => {
    const { server, code } = await ask([calls(["search", nested(500)]), says("Bees.")]);

    expect(code).toBe(0);
    expect(server.requests[1]?.messages.at(-1)?.content).toContain("Invalid input for tool search");
  });

  test.each([1_200, 100_000])(
    "with input nested %i levels deep fails the run, and the same command asks again",
    async (levels) => {
      const asked = await ask([calls(["search", nested(levels)]), says("Bees.")]);
      const again = await asked.again();

      expect(asked).toMatchObject({ code: 1, out: "" });
      expect(asked.lastLine).toMatch(/nested (?:too deeply|deeper than 1000 levels)\./);
      expect(asked.lastLine).toContain(goesOn);
      expect(again).toMatchObject({ code: 0, out: "Bees.\n" });
    },
  );
});

function nested(levels: number): string {
  return `{"text":${"[".repeat(levels)}${"]".repeat(levels)}}`;
}

test("an endpoint that never answers is given up at the run's deadline", async () => {
  const asked = await ask([silence, says("Bees.")], "--timeout-ms", "400");
  const record = await asked.record();
  const again = await asked.again();

  expect(asked).toMatchObject({ code: 1, out: "" });
  expect(asked.lastLine).toBe(`The time of --timeout-ms is up. ${goesOn}`);
  expect(record).toMatchObject({ status: "failed", code: "EXECUTUS_DEADLINE_EXCEEDED" });
  expect(again).toMatchObject({ code: 0, out: "Bees.\n" });
});

test("an endpoint that is not there is told in one line", async () => {
  const { lastLine } = await ask([(response) => void response.socket?.destroy()], "--retries", "0");

  expect(lastLine).toMatch(/^The model gave no answer: Cannot connect to API: .*\. What is saved/);
});

test("a model that goes round in a circle is stopped", async () => {
  const { server, code, lastLine } = await ask(Array.from({ length: 9 }, () => dances));

  expect(code).toBe(1);
  expect(lastLine).toMatch(/^Run "run" has repeated a call of the tool "search" more than 3 times/);
  expect(server.requests).toHaveLength(5);
});
