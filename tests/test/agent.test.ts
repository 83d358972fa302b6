import { runInNewContext } from "node:vm";
import { defineAgent, defineLoop, defineRun, defineTool, ExecutusError } from "@executus/core";
import type {
  AgentMessage,
  AgentOptions,
  AgentOutput,
  AnyMessage,
  Definition,
  RunEvent,
} from "@executus/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { anything, calling, failure, results, saying, text } from "../support/agents.ts";
import { bench } from "../support/bench.ts";
import { settle } from "../support/clock.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { fails, journalOf, once, places, typesOf } from "../support/stores.ts";

type Options = Partial<AgentOptions<AgentMessage>>;

/** An agent that answers what a list says, in its order, and what each question to it was. */
function scripted(
  answers: readonly (AgentMessage | readonly AgentMessage[])[],
  options: Options = {},
): {
  readonly agent: Definition<string | readonly AgentMessage[], AgentOutput<AgentMessage>>;
  readonly asked: (readonly AgentMessage[])[];
} {
  const asked: (readonly AgentMessage[])[] = [];
  const agent = defineAgent("agent", {
    version: "1",
    model: ({ messages, turn }) => {
      asked.push(structuredClone(messages));
      return answers[turn - 1] as AgentMessage;
    },
    ...options,
  });
  return { agent, asked };
}

const echo = defineTool({
  description: "Says what it is given.",
  inputSchema: anything,
  execute: (input) => input,
});

const question: AgentMessage = { role: "user", content: "Why?" };

describe("a conversation", () => {
  test("ends with the first answer that calls no tool", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const { agent, asked } = scripted([calling(["echo", "a"]), saying("Because.")], {
      tools: { echo },
    });

    const output = await executor.run(agent, { input: "Why?" });

    expect(output).toEqual({ text: "Because.", message: saying("Because.") });
    expect(asked).toEqual([
      [question],
      [question, calling(["echo", "a"]), results(["echo", text("a")])],
    ]);
  });

  test("begins with messages as well as with text", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const { agent, asked } = scripted([saying("Because.")]);
    const input: AgentMessage[] = [question, saying("What?"), { role: "user", content: "This." }];

    await executor.run(agent, { input });

    expect(asked).toEqual([input]);
  });

  test("is about what its caller gave when it was asked for, whatever becomes of the list later", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const input: AgentMessage[] = [question];
    const later = { ...echo, execute: () => `${input.push({ role: "user", content: "Now?" })}` };
    const answers = [calling(["later", 1]), saying("So.")];
    const { agent, asked } = scripted(answers, { tools: { later } });

    const running = executor.run(agent, { input });
    input.push({ role: "user", content: "When?" });
    await running;

    const { runs } = await executor.list();
    expect(asked.map(([first, second]) => [first, second])).toEqual([
      [question, undefined],
      [question, calling(["later", 1])],
    ]);
    expect(await executor.get(runs[0]?.id ?? "")).toMatchObject({ input: [question] });
  });

  test("shows the model the system message first, and does not save it", async () => {
    await using world = bench();
    const { executor, store } = world.spawn();
    const { agent, asked } = scripted([calling(["echo", 1]), saying("Because.")], {
      tools: { echo },
      system: "Be brief.",
    });

    await executor.run(agent, { id: "a", input: "Why?" });

    expect(asked.map(([first]) => first)).toEqual([
      { role: "system", content: "Be brief." },
      { role: "system", content: "Be brief." },
    ]);
    expect(JSON.stringify(await journalOf(store, "a"))).not.toContain("Be brief.");
  });

  test("takes the text of an answer from all its text parts", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const { agent } = scripted([
      {
        role: "assistant",
        content: [
          { type: "text", text: "Be" },
          { type: "text", text: "cause." },
        ],
      },
    ]);

    expect((await executor.run(agent, { input: "Why?" })).text).toBe("Because.");
  });

  test("tells the model of the tools, but not how to run them", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const { inputSchema, description } = echo;
    let told: unknown;
    const agent = defineAgent("agent", {
      version: "1",
      tools: { echo },
      model: ({ tools }) => {
        told = tools;
        return saying("Because.");
      },
    });

    await executor.run(agent, { input: "Why?" });

    expect(told).toEqual({ echo: { description, inputSchema } });
  });

  test("goes on after an answer whose tools the provider has run itself", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const { agent, asked } = scripted([
      [calling(["search", "x"]), results(["search", text("found")])],
      [calling(["search", "y"]), results(["search", text("more")]), saying("Because.")],
    ]);

    const { text: said, message } = await executor.run(agent, { input: "Why?" });

    expect(said).toBe("Because.");
    expect(message).toEqual(saying("Because."));
    expect(asked).toHaveLength(2);
  });

  test("never runs a call that says that its provider has carried it out", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const [call] = calling(["echo", 1]).content;
    const done = { ...(call as object), type: "tool-call", providerExecuted: true };
    const said = { type: "text", text: "Because." };
    const agent = defineAgent<AnyMessage>("agent", {
      version: "1",
      tools: { echo: { ...echo, execute: () => expect.unreachable() } },
      model: () => ({ role: "assistant", content: [done, said] }),
    });

    expect((await executor.run(agent, { input: "Why?" })).text).toBe("Because.");
  });

  for (const input of ["", [], undefined, 7, [null], [{ role: "robot", content: "x" }]]) {
    test(`does not begin with ${JSON.stringify(input)}`, async () => {
      await using world = bench();
      const { executor, store } = world.spawn();
      const { agent } = scripted([]);

      const error = await rejection(executor.run(agent, { id: "a", input: input as string }));

      expect(error).toMatchObject({ code: "EXECUTUS_INVALID_INPUT" });
      expect(String(error)).toContain('The input of "agent" is not what an agent takes: "input');
      expect(await typesOf(store, "a")).toEqual([]);
    });
  }
});

describe("tools", () => {
  test("of one answer run at the same time, and their results stand in the order of the calls", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const bothRun = [gate(), gate()] as const;
    const wait = defineTool({
      description: "Waits for the other.",
      inputSchema: z.number(),
      execute: async (n) => {
        bothRun[n as 0 | 1].open();
        await bothRun[n === 0 ? 1 : 0].opened;
        return `${n}`;
      },
    });
    const answers = [calling(["wait", 1, "x"], ["wait", 0, "y"]), saying("Both.")];
    const { agent, asked } = scripted(answers, { tools: { wait } });

    await executor.run(agent, { input: "Why?" });

    expect(asked[1]?.at(-1)).toEqual(results(["wait", text("1"), "x"], ["wait", text("0"), "y"]));
  });

  const strange = new Error("out of reach");
  Object.defineProperty(strange, "message", {
    get: () => {
      throw new Error("no message for you");
    },
  });
  const outcomes: readonly (readonly [string, () => unknown, unknown])[] = [
    ["text", () => "x", text("x")],
    ["nothing", () => undefined, { type: "json", value: null }],
    ["an object", () => ({ a: [1, null] }), { type: "json", value: { a: [1, null] } }],
    ["a date, as JSON has it", () => new Date(0), { type: "json", value: new Date(0).toJSON() }],
    ["a promise", async () => "later", text("later")],
    ["a thrown error", () => Promise.reject(new Error("no disk")), failure("no disk")],
    ["a thrown text", () => Promise.reject("no disk"), failure("no disk")],
    ["a thrown undefined", () => Promise.reject(undefined), failure("The tool failed.")],
    [
      "an error that throws when it is looked at",
      () => Promise.reject(strange),
      failure("The tool failed."),
    ],
    [
      "a function",
      () => () => {},
      failure("What the tool gave has a function in it, which is not JSON."),
    ],
    [
      "a map deep inside",
      () => ({ a: [new Map()] }),
      failure("What the tool gave has a Map in it, which is not JSON."),
    ],
    [
      "NaN",
      () => ({ mean: NaN }),
      failure("What the tool gave has a NaN in it, which is not JSON."),
    ],
    ["a bigint", () => 1n, failure("Do not know how to serialize a BigInt")],
    [
      "an object without a known class",
      () => Object.create(Object.create(null) as object) as unknown,
      failure("What the tool gave has a class instance in it, which is not JSON."),
    ],
    [
      "an object of another realm, as sandboxes and test runners have",
      () => runInNewContext("({ a: [{ b: 1 }] })"),
      { type: "json", value: { a: [{ b: 1 }] } },
    ],
  ];
  for (const [what, execute, output] of outcomes) {
    test(`give the model what they came to: ${what}`, async () => {
      await using world = bench();
      const { executor } = world.spawn();
      const tool = defineTool({ description: "Does it.", inputSchema: anything, execute });
      const { agent, asked } = scripted([calling(["tool", 1]), saying("So.")], { tools: { tool } });

      await executor.run(agent, { id: "a", input: "Why?" });

      expect(asked[1]?.at(-1)).toMatchObject({ content: [{ toolName: "tool", output }] });
    });
  }

  test("that do not exist give the model an error, which names those that do", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const answers = [calling(["constructor", 1], ["__proto__", 1]), saying("So.")];
    const { agent, asked } = scripted(answers, { tools: { echo } });

    await executor.run(agent, { input: "Why?" });

    expect(asked[1]?.at(-1)).toEqual(
      results(
        ["constructor", failure('There is no tool "constructor". There are: "echo".')],
        ["__proto__", failure('There is no tool "__proto__". There are: "echo".')],
      ),
    );
  });

  test("are not run with input that does not fit, and the model is told what is wrong", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const weather = defineTool({
      description: "Tells the weather.",
      inputSchema: z.object({ city: z.string() }),
      execute: () => expect.unreachable(),
    });
    const { agent, asked } = scripted([calling(["weather", { city: 7 }]), saying("So.")], {
      tools: { weather },
    });

    await executor.run(agent, { input: "Why?" });

    const told = expect.stringMatching(
      /^The input does not fit the tool "weather"\. "input\.city": .*expected string/,
    );
    expect(asked[1]?.at(-1)).toEqual(results(["weather", { type: "error-text", value: told }]));
  });

  test("get the input as their schema has made it", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const inputs: unknown[] = [];
    const tool = defineTool({
      description: "Takes a number as text.",
      inputSchema: z.string().transform(Number),
      execute: (input) => void inputs.push(input),
    });
    const { agent, asked } = scripted([calling(["tool", "7"]), saying("So.")], { tools: { tool } });

    await executor.run(agent, { input: "Why?" });

    expect(inputs).toEqual([7]);
    expect(asked[1]?.[1]).toEqual(calling(["tool", "7"]));
  });

  test("that take too long are told so by their signal, and not waited for", async () => {
    await using world = bench();
    const { executor } = world.spawn({ leaseMs: 1_000_000 });
    const started = gate();
    let signal: AbortSignal | undefined;
    const slow = defineTool({
      description: "Never ends.",
      inputSchema: anything,
      timeoutMs: 500,
      execute: (_input, context) => {
        ({ signal } = context);
        started.open();
        return new Promise(() => {});
      },
    });
    const answers = [calling(["slow", 1], ["echo", 2]), saying("So.")];
    const { agent, asked } = scripted(answers, { tools: { slow, echo } });

    const running = executor.run(agent, { input: "Why?" });
    await started.opened;
    await world.clock.advance(500);
    await running;

    expect(signal?.reason).toMatchObject({ name: "TimeoutError" });
    expect(asked[1]?.at(-1)).toEqual(
      results(
        ["slow", failure('The tool "slow" took longer than 500 ms.')],
        ["echo", { type: "json", value: 2 }],
      ),
    );
  });

  test("take a minute if they do not say how long", async () => {
    await using world = bench();
    const { executor } = world.spawn({ leaseMs: 1_000_000 });
    const started = gate();
    const slow = defineTool({
      description: "Never ends.",
      inputSchema: anything,
      execute: () => {
        started.open();
        return new Promise(() => {});
      },
    });
    const { agent, asked } = scripted([calling(["slow", 1]), saying("So.")], { tools: { slow } });

    const running = executor.run(agent, { input: "Why?" });
    await started.opened;
    await world.clock.advance(59_999);
    expect(asked).toHaveLength(1);
    await world.clock.advance(1);
    await running;

    expect(asked).toHaveLength(2);
  });

  test("and the model are aborted with the run", async () => {
    for (const stopIn of ["model", "tool"]) {
      await using world = bench();
      const { executor } = world.spawn();
      const started = gate();
      const stop = async (signal: AbortSignal): Promise<never> => {
        started.open();
        return untilAborted(signal);
      };
      const agent = defineAgent("agent", {
        version: "1",
        tools: {
          tool: defineTool({
            description: "Waits.",
            inputSchema: anything,
            execute: (_input, { signal }) => stop(signal),
          }),
        },
        model: ({ signal }) => (stopIn === "model" ? stop(signal) : calling(["tool", 1])),
      });
      const caller = new AbortController();
      const reason = new Error("enough");

      const running = executor.run(agent, { input: "Why?", signal: caller.signal });
      running.catch(() => {});
      await started.opened;
      caller.abort(reason);

      expect(await rejection(running)).toBe(reason);
    }
  });

  test("that ignore the end of their run leave no timer behind", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const started = gate();
    const deaf = defineTool({
      description: "Never ends.",
      inputSchema: anything,
      execute: () => {
        started.open();
        return new Promise(() => {});
      },
    });
    const { agent } = scripted([calling(["deaf", 1])], { tools: { deaf } });

    const stopped = rejection(executor.run(agent, { input: "Why?" }));
    await started.opened;
    const shutDown = executor.shutdown({ graceMs: 0 });
    await world.clock.advance(5_000);
    await shutDown;
    await stopped;

    expect(world.clock.waiting()).toBe(0);
  });

  test("whose input is nested beyond measure fail their run; whose result is, themselves", async () => {
    for (const levels of [1_500, 100_000]) {
      await using world = bench();
      const { executor } = world.spawn();
      const nested: unknown = JSON.parse("[".repeat(levels) + "]".repeat(levels));
      const deep = { ...echo, execute: () => nested };
      const asks = scripted([calling(["deep", nested])], { tools: { deep } });
      const answers = scripted([calling(["deep", 1]), saying("So.")], { tools: { deep } });

      const error = await rejection(executor.run(asks.agent, { input: "Why?" }));
      await executor.run(answers.agent, { input: "Why?" });

      expect(error).toMatchObject({ code: "EXECUTUS_NOT_SERIALIZABLE" });
      expect(answers.asked[1]?.at(-1)).toMatchObject({
        content: [{ output: { type: "error-text" } }],
      });
    }
  });

  test("of which a listener hears decide alone what they are given", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const heard = gate();
    const slow = { ...echo, execute: () => heard.opened.then(() => "x") };
    const answers = [calling(["slow", { n: 1 }]), saying("So.")];
    const { agent, asked } = scripted(answers, { tools: { slow } });

    const handle = await executor.start(agent, { id: "a", input: "Why?" });
    for await (const event of handle.events()) {
      if (event.type !== "tool-started") continue;
      (event.input as { n: number }).n = 2;
      heard.open();
    }

    expect(asked[1]?.[1]).toEqual(calling(["slow", { n: 1 }]));
  });

  test("are told who calls, and report to the run's events", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const contexts: unknown[] = [];
    const tool = defineTool({
      description: "Reports.",
      inputSchema: anything,
      execute: (_input, { id, attempt, turn, toolCallId, report, logger }) => {
        contexts.push({ id, attempt, turn, toolCallId });
        logger.warn({}, "It is late.");
        report("half way");
        return "x";
      },
    });
    const { agent } = scripted([calling(["tool", 1]), saying("So.")], { tools: { tool } });

    const handle = await executor.start(agent, { id: "a", input: "Why?" });
    const events: RunEvent[] = await Array.fromAsync(handle.events());

    expect(contexts).toEqual([{ id: "a", attempt: 1, turn: 1, toolCallId: "call-0" }]);
    expect(events.find(({ type }) => type === "tool-started")).toMatchObject({ input: 1 });
    expect(world.logger.lines.at(-1)).toMatchObject({
      fields: { position: "turn 1 tool 0 call-0" },
    });
    expect(events.map(({ type }) => type)).toEqual([
      "begun",
      "turn-started",
      "turn-completed",
      "tool-started",
      "report",
      "tools-completed",
      "turn-started",
      "turn-completed",
      "ended",
    ]);
    expect(events.filter(({ type }) => type.endsWith("completed"))).toMatchObject([
      { turn: 1, messages: [calling(["tool", 1])] },
      { turn: 1, messages: [results(["tool", text("x")])] },
      { turn: 2, messages: [saying("So.")] },
    ]);
  });
});

describe("a model", () => {
  test("that throws fails the run with its own error", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const theirs = new RangeError("no credit");
    const { agent } = scripted([], { model: () => Promise.reject(theirs) });

    expect(await rejection(executor.run(agent, { id: "a", input: "Why?" }))).toBe(theirs);
    expect(await executor.get("a")).toMatchObject({ status: "failed" });
  });

  const nonsense: readonly (readonly [unknown, string])[] = [
    [undefined, "got undefined"],
    ["Because.", "got a value of type string"],
    [[], "got an empty list"],
    [{}, "the role of a message"],
    [{ role: "user", content: "Why?" }, 'its role is "user"'],
    [{ role: "assistant" }, "the content of a message to be text or a list of parts"],
    [{ role: "assistant", content: [7] }, "content[0] of a message to be a part"],
    [{ role: "assistant", content: [{ type: "text" }] }, "content[0] has no text"],
    [
      { role: "assistant", content: [{ type: "tool-call", toolName: "echo", input: 1 }] },
      'content[0], a tool-call, has no "toolCallId"',
    ],
    [
      { role: "assistant", content: [{ type: "tool-call", toolCallId: "a", input: 1 }] },
      'content[0], a tool-call, has no "toolName"',
    ],
    [calling(["echo", 1, "same"], ["echo", 2, "same"]), 'two of its calls have one "toolCallId"'],
    [[saying("Because."), question], "(message 1 of its list)"],
    [[calling(["echo", 1]), saying("Because.")], "but calls before its message 1 have no result"],
  ];
  for (const [answer, what] of nonsense) {
    test(`that answers ${JSON.stringify(answer)} fails the run`, async () => {
      await using world = bench();
      const { executor } = world.spawn();
      const { agent } = scripted([answer as AgentMessage], { tools: { echo } });

      const error = await rejection(executor.run(agent, { id: "a", input: "Why?" }));

      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain('Expected the model of "agent" to give an assistant message');
      expect(String(error)).toContain(what);
      expect(await executor.get("a")).toMatchObject({ status: "failed", turns: 0 });
    });
  }

  test("whose answer leads back into itself by many ways fails the run, and keeps nobody waiting", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const part: Record<string, unknown> = { type: "text", text: "Because." };
    part["next"] = { previous: part, first: part };
    const { agent } = scripted([{ role: "assistant", content: [part as never] }]);

    const error = await rejection(executor.run(agent, { input: "Why?" }));

    expect(error).toMatchObject({
      code: "EXECUTUS_NOT_SERIALIZABLE",
      path: ["history", 0, "content", 0, "next", "previous"],
    });
  });

  test("that is in a circle is stopped: the same call, input and result, past the limit", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const { agent, asked } = scripted(Array(9).fill(calling(["echo", { b: 1, a: 2 }])), {
      tools: { echo },
      maxRepeatedToolCalls: 2,
    });

    const error = await rejection(executor.run(agent, { id: "a", input: "Why?" }));

    expect(error).toMatchObject({ code: "EXECUTUS_TOOL_LOOP", runId: "a" });
    expect(asked).toHaveLength(4);
  });

  test("that alternates between calls that tell nothing new is in a circle as well", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const circle = Array.from({ length: 20 }, (_, n) => calling(["echo", n % 2]));
    const { agent, asked } = scripted(circle, { tools: { echo } });

    const error = await rejection(executor.run(agent, { input: "Why?" }));

    expect(error).toMatchObject({ code: "EXECUTUS_TOOL_LOOP" });
    expect(asked).toHaveLength(9);
  });

  test("that asks for the same five times in one answer has not seen any result yet", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const five = Array.from({ length: 5 }, (_, n) => ["echo", "same", `${n}`] as const);
    const { agent } = scripted([calling(...five), saying("So.")], { tools: { echo } });

    expect((await executor.run(agent, { input: "Why?" })).text).toBe("So.");
  });

  test("may repeat a call while its result changes, or something new comes in between", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    let n = 0;
    const next = defineTool({
      description: "Counts.",
      inputSchema: anything,
      execute: () => (n += 1),
    });
    const answers = Array.from({ length: 20 }, () => calling(["next", {}], ["echo", "again"]));
    const { agent } = scripted([...answers, saying("So.")], { tools: { next, echo } });

    expect((await executor.run(agent, { input: "Why?" })).text).toBe("So.");
  });
});

describe("compact", () => {
  test("decides what the model sees, and changes nothing of what is saved, also after a resume", async () => {
    for (const open of places) {
      await using world = bench(open);
      const first = world.spawn();
      const arrived = gate();
      const shown: (readonly AgentMessage[])[] = [];
      const agent = (stops: boolean): ReturnType<typeof scripted>["agent"] =>
        defineAgent("agent", {
          version: "1",
          system: "Be brief.",
          tools: { echo },
          compact: (messages) => messages.slice(-2),
          model: ({ messages, turn, signal }) => {
            shown.push(structuredClone(messages));
            if (turn <= 2) return calling(["echo", turn]);
            if (!stops) return saying("So.");
            arrived.open();
            return untilAborted(signal);
          },
        });
      const system: AgentMessage = { role: "system", content: "Be brief." };
      const turn = (n: number): AgentMessage[] => [
        calling(["echo", n]),
        results(["echo", { type: "json", value: n }]),
      ];

      const stopped = first.executor.run(agent(true), { id: "a", input: "Why?" });
      stopped.catch(() => {});
      await arrived.opened;
      await first.executor.shutdown({ graceMs: 0 });
      const { executor } = world.spawn();
      await executor.run(agent(false), { id: "a", input: "Why?" });
      const handle = await executor.attach("a");
      const events = await Array.fromAsync(handle.events());

      const wanted = [system, ...turn(2)];
      expect(shown).toEqual([[system, question], [system, ...turn(1)], wanted, wanted]);
      expect(events.flatMap((event) => ("messages" in event ? event.messages : []))).toEqual([
        ...turn(1),
        ...turn(2),
        saying("So."),
      ]);
    }
  });

  test("and the model and tools get copies: what they change is not what is saved, nor the caller's", async () => {
    await using world = bench();
    const { executor, store } = world.spawn();
    const input: AgentMessage[] = [{ role: "user", content: [{ type: "text", text: "Why?" }] }];
    const answer = calling(["echo", { n: 1 }]);
    const spoil = (messages: readonly AgentMessage[]): void => {
      for (const message of messages) message.content = "spoilt";
    };
    const agent = defineAgent("agent", {
      version: "1",
      tools: {
        echo: { ...echo, execute: (given: { n: number }) => `${(given.n += 1)}` },
      },
      compact: (messages) => {
        spoil(messages);
        return messages;
      },
      model: ({ messages, turn }) => {
        spoil(messages);
        if (turn === 1) store.interfere("append", once(fails()));
        return turn === 1 ? answer : saying("So.");
      },
    });

    const handle = await executor.start(agent, { id: "a", input });
    await settle();
    answer.content = "spoilt";
    await world.clock.advance(1_000);
    const events = await Array.fromAsync(handle.events());

    expect(input[0]?.content).toEqual([{ type: "text", text: "Why?" }]);
    expect(events.flatMap((event) => ("messages" in event ? event.messages : []))).toEqual([
      calling(["echo", { n: 1 }]),
      results(["echo", text("2")]),
      saying("So."),
    ]);
  });

  test("has a key of its own, and is the last thing that is called once the run is to stop", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const arrived = gate();
    const keys: string[] = [];
    const agent = defineAgent("agent", {
      version: "1",
      compact: async (messages, { idempotencyKey, signal }) => {
        keys.push(idempotencyKey);
        arrived.open();
        await untilAborted(signal).catch(() => {});
        return messages;
      },
      model: () => expect.unreachable(),
    });
    const caller = new AbortController();
    const other = scripted([saying("So.")], {
      model: ({ idempotencyKey }) => {
        keys.push(idempotencyKey);
        return saying("So.");
      },
    });

    const stopped = rejection(
      executor.run(agent, { id: "a", input: "Why?", createdAt: 1, signal: caller.signal }),
    );
    await arrived.opened;
    caller.abort(new Error("enough"));
    expect(await stopped).toMatchObject({ message: "enough" });
    await executor.delete("a");
    await executor.run(other.agent, { id: "a", input: "Why?", createdAt: 1 });

    expect(new Set(keys).size).toBe(2);
  });

  test("that throws, or returns no list, fails the run", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const theirs = new Error("too small");
    const throwing = scripted([], { compact: () => Promise.reject(theirs) });
    const wrong = scripted([], { compact: () => "short" as never });

    expect(await rejection(executor.run(throwing.agent, { input: "Why?" }))).toBe(theirs);
    expect(String(await rejection(executor.run(wrong.agent, { input: "Why?" })))).toContain(
      'Expected what "compact" of "agent" returns to be a list of messages, got a value of type string.',
    );
  });
});

describe("an agent whose process dies", () => {
  test("between answer and results runs the calls again with the same keys, and does not ask again", async () => {
    for (const open of places) {
      await using world = bench(open);
      const dying = world.spawn({ leaseMs: 30_000 });
      const started = gate();
      const keys: string[][] = [];
      const asked: number[] = [];
      let attempt = 0;
      const tool = defineTool({
        description: "Charges a card.",
        inputSchema: anything,
        execute: async (_input, context) => {
          keys[context.attempt] = [...(keys[context.attempt] ?? []), context.idempotencyKey];
          ({ attempt } = context);
          if (attempt > 1) return "charged";
          if (keys[1]?.length === 2) started.open();
          return new Promise(() => {});
        },
      });
      const agent = defineAgent("agent", {
        version: "1",
        tools: { tool },
        model: ({ turn }) => {
          asked.push(turn);
          return turn === 1 ? calling(["tool", 1], ["tool", 2]) : saying("Charged.");
        },
      });

      dying.executor.run(agent, { id: "a", input: "Pay." }).catch(() => {});
      await started.opened;
      dying.store.interfere("append", () => new Promise(() => {}));
      dying.store.interfere("updateRun", () => new Promise(() => {}));
      const next = world.spawn();
      const running = next.executor.run(agent, { id: "a", input: "Pay." });
      await world.clock.advance(40_000);
      const output = await running;

      expect(output.text).toBe("Charged.");
      expect(asked).toEqual([1, 2]);
      expect(attempt).toBe(2);
      expect(keys[2]).toEqual(keys[1]);
      expect(new Set(keys[1]).size).toBe(2);
      expect(await typesOf(next.store, "a")).toEqual([
        "begin",
        "save",
        "claim",
        "save",
        "complete",
      ]);
    }
  });

  test("saves an answer that comes within the grace of a shutdown: it was paid for", async () => {
    await using world = bench();
    const first = world.spawn();
    const started = gate();
    const asked: number[] = [];
    const agent = defineAgent("agent", {
      version: "1",
      tools: { echo },
      model: async ({ turn, attempt, signal }) => {
        asked.push(turn);
        if (turn === 2) return saying("So.");
        started.open();
        if (attempt === 1) await untilAborted(signal).catch(() => {});
        return calling(["echo", 1]);
      },
    });

    const stopped = rejection(first.executor.run(agent, { id: "a", input: "Why?" }));
    await started.opened;
    await first.executor.shutdown({ graceMs: 0 });
    expect(await stopped).toMatchObject({ code: "EXECUTUS_SHUTDOWN" });
    const { text: said } = await world.spawn().executor.run(agent, { id: "a", input: "Why?" });

    expect(said).toBe("So.");
    expect(asked).toEqual([1, 2]);
  });

  test("does not begin a tool once it is to stop", async () => {
    await using world = bench();
    const first = world.spawn();
    const arrived = gate();
    const ran: number[] = [];
    const stopped = gate();
    const slowSchema = z.unknown().refine(async () => {
      arrived.open();
      if (ran.length === 0) await stopped.opened;
      return true;
    });
    const charge = defineTool({
      description: "Charges a card.",
      inputSchema: slowSchema,
      execute: (_input, { attempt }) => void ran.push(attempt),
    });
    const { agent } = scripted([calling(["charge", 1]), saying("So.")], { tools: { charge } });

    const running = rejection(first.executor.run(agent, { id: "a", input: "Why?" }));
    await arrived.opened;
    const shutDown = first.executor.shutdown({ graceMs: 0 });
    await settle();
    stopped.open();
    await shutDown;
    expect(await running).toMatchObject({ code: "EXECUTUS_SHUTDOWN" });
    expect(ran).toEqual([]);
    ran.push(0);
    await world.spawn().executor.run(agent, { id: "a", input: "Why?" });

    expect(ran).toEqual([0, 2]);
  });

  test("gives no results to the model of calls that its stop has cut short", async () => {
    await using world = bench();
    const first = world.spawn();
    const started = gate();
    const ran: number[] = [];
    const tool = defineTool({
      description: "Waits at first.",
      inputSchema: anything,
      execute: async (_input, { attempt, signal }) => {
        ran.push(attempt);
        if (attempt > 1) return "done";
        started.open();
        return untilAborted(signal);
      },
    });
    const { agent, asked } = scripted([calling(["tool", 1]), saying("So.")], { tools: { tool } });

    const stopped = rejection(first.executor.run(agent, { id: "a", input: "Why?" }));
    await started.opened;
    await first.executor.shutdown({ graceMs: 0 });
    await stopped;
    await world.spawn().executor.run(agent, { id: "a", input: "Why?" });

    expect(ran).toEqual([1, 2]);
    expect(asked[1]?.at(-1)).toEqual(results(["tool", text("done")]));
  });

  test("tells the model of no run that a shutdown has kept a tool from: the call runs again", async () => {
    for (const when of ["before the tool asks for it", "while the tool waits for it"]) {
      await using world = bench();
      const first = world.spawn();
      const elsewhere = world.spawn();
      const [asks, closes, began] = [gate(), gate(), gate()];
      const part = defineRun("part", { version: "1" }).phase(
        "part",
        async ({ attempt, signal }) => {
          began.open();
          return attempt === 1 ? untilAborted(signal) : "a part";
        },
      );
      const delegate = defineTool({
        description: "Lets a run of its own do it.",
        inputSchema: anything,
        execute: async (_input, { attempt }) => {
          if (attempt > 1) return "done";
          asks.open();
          if (when.startsWith("before")) await closes.opened;
          return first.executor.run(part, { id: "part" });
        },
      });
      const answers = [calling(["delegate", 1]), saying("So.")];
      const { agent, asked } = scripted(answers, { tools: { delegate } });
      const other = rejection(elsewhere.executor.run(part, { id: "part" }));
      await began.opened;

      const stopped = rejection(first.executor.run(agent, { id: "a", input: "Why?" }));
      await asks.opened;
      await settle();
      const shutDown = first.executor.shutdown({ graceMs: 10_000 });
      closes.open();
      await shutDown;
      expect(await stopped, when).toMatchObject({ code: "EXECUTUS_SHUTDOWN" });
      await world.spawn().executor.run(agent, { id: "a", input: "Why?" });
      await elsewhere.executor.shutdown({ graceMs: 0 });
      await other;

      expect(asked, when).toHaveLength(2);
      expect(asked[1]?.at(-1), when).toEqual(results(["delegate", text("done")]));
    }
  });

  test("counts turns and repetitions across attempts, and anew after a retry", async () => {
    await using world = bench();
    const first = world.spawn();
    const arrived = gate();
    let stops = true;
    const asked: number[] = [];
    const agent = defineAgent("agent", {
      version: "1",
      tools: { echo },
      maxRepeatedToolCalls: 2,
      model: async ({ turn, signal }) => {
        if (turn === 3 && stops) {
          arrived.open();
          await untilAborted(signal);
        }
        asked.push(turn);
        return calling(["echo", "same"]);
      },
    });

    const stopped = rejection(first.executor.run(agent, { id: "a", input: "Why?" }));
    await arrived.opened;
    await first.executor.shutdown({ graceMs: 0 });
    await stopped;
    stops = false;
    const { executor } = world.spawn({ definitions: [agent] });
    const looped = await rejection(executor.run(agent, { id: "a", input: "Why?" }));
    expect(looped).toMatchObject({ code: "EXECUTUS_TOOL_LOOP" });
    expect(asked).toEqual([1, 2, 3, 4]);

    const again = await rejection((await executor.retry("a")).result());
    expect(again).toMatchObject({ code: "EXECUTUS_TOOL_LOOP" });
    expect(asked).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("saves once per boundary: the answer, then the results", async () => {
    await using world = bench();
    const { executor, store } = world.spawn();
    const { agent } = scripted([calling(["echo", 1]), calling(["echo", 2]), saying("So.")], {
      tools: { echo },
    });

    await executor.run(agent, { id: "a", input: "Why?" });

    expect(await typesOf(store, "a")).toEqual([
      "begin",
      "save",
      "save",
      "save",
      "save",
      "complete",
    ]);
  });

  test("goes on when an answer could not be saved, and loses nothing of it", async () => {
    await using world = bench();
    const { executor, store } = world.spawn({ saveTimeoutMs: 1 });
    const { agent } = scripted([calling(["echo", 1]), saying("So.")], {
      tools: { echo: { ...echo, execute: (input) => (mend(), input) } },
    });
    let mend = (): void => {};
    const handle = await executor.start(agent, { id: "a", input: "Why?" });
    mend = store.interfere("append", fails());
    for (let n = 0; n < 20; n += 1) await world.clock.advance(1_000);

    expect(await handle.result()).toMatchObject({ text: "So." });
    expect((await journalOf(store, "a")).map(({ type }) => type)).toEqual([
      "begin",
      "save",
      "save",
      "complete",
    ]);
  });

  test("refuses a history that no agent has made, and begins and claims nothing", async () => {
    await using world = bench();
    const { agent } = scripted([]);
    const { executor, store } = world.spawn({ definitions: [agent] });
    const resume = { history: ["of a loop"], turns: 1, completedPhases: [] };
    const loop = defineLoop<string>("agent", {
      version: "1",
      turn: ({ history, signal }) =>
        history.length === 0 ? { append: ["of a loop"] } : untilAborted(signal),
    });
    const before = world.spawn().executor;
    const stopped = rejection(before.run(loop, { id: "b", input: "Why?" }));
    await settle();
    await before.shutdown({ graceMs: 0 });
    await stopped;

    const error = await rejection(executor.run(agent, { id: "a", input: "Why?", resume }));
    const { skipped } = await executor.recover();

    expect(error).toMatchObject({ code: "EXECUTUS_DEFINITION_CHANGED" });
    expect(String(error)).toContain('history[0] of run "a" is no message of an agent');
    expect(await typesOf(store, "a")).toEqual([]);
    expect(skipped).toMatchObject([{ id: "b", reason: "EXECUTUS_DEFINITION_CHANGED" }]);
    expect(await typesOf(store, "b")).toEqual(["begin", "save", "release"]);
  });

  test("that was given the whole conversation has nothing left to ask", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const { agent, asked } = scripted([]);
    const history = [calling(["echo", 1]), results(["echo", text("1")]), saying("So.")];

    const output = await executor.run(agent, {
      input: "Why?",
      resume: { history, turns: 2, completedPhases: [] },
    });

    expect(output.text).toBe("So.");
    expect(asked).toEqual([]);
  });
});

describe("a critic of an agent", () => {
  test("looks at the answer before its tools run, and may end the run", async () => {
    await using world = bench();
    const { executor } = world.spawn();
    const { agent } = scripted([calling(["rm", "-rf /"])], {
      tools: { rm: { ...echo, execute: () => expect.unreachable() } },
      critic: ({ history }) => (history.length === 1 ? { kill: "dangerous" } : undefined),
    });

    const error = await rejection(executor.run(agent, { input: "Why?" }));

    expect(error).toBeInstanceOf(ExecutusError);
    expect(error).toMatchObject({ code: "EXECUTUS_CRITIC_KILLED" });
  });

  test("looks first when a run is resumed or retried: nothing that it would stop slips through", async () => {
    await using world = bench();
    const first = world.spawn();
    const asked = gate();
    const rm = { ...echo, execute: () => expect.unreachable() };
    const agent = defineAgent("agent", {
      version: "1",
      tools: { rm },
      critic: ({ history }) => (history.length === 1 ? { kill: "dangerous" } : undefined),
      model: async ({ signal }) => {
        asked.open();
        await untilAborted(signal).catch(() => {});
        return calling(["rm", "-rf /"]);
      },
    });

    const stopped = rejection(first.executor.run(agent, { id: "a", input: "Why?" }));
    await asked.opened;
    await first.executor.shutdown({ graceMs: 0 });
    expect(await stopped).toMatchObject({ code: "EXECUTUS_SHUTDOWN" });
    const { executor } = world.spawn({ definitions: [agent] });
    const resumed = await rejection(executor.run(agent, { id: "a", input: "Why?" }));
    const retried = await rejection((await executor.retry("a")).result());

    expect(resumed).toMatchObject({ code: "EXECUTUS_CRITIC_KILLED" });
    expect(retried).toMatchObject({ code: "EXECUTUS_CRITIC_KILLED" });
  });
});
