// What must not compile. Each line below a comment `error: <name>` has one error, which names that, or is at it.
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor, defineAgent, defineLoop, defineRun, defineTool } from "@executus/core";
import { z } from "zod";
import type { Same } from "./same.js";

const digest = defineRun<{ folder: string }>("digest", { version: "1" })
  .phase("collect", ({ input }) => [input.folder])
  .phase("early", ({ outputs }) => {
    // error: rank
    return outputs.rank;
  })
  .phase("rank", ({ outputs }) => {
    // error: colect
    return outputs.colect;
  });

const crawl = defineRun("crawl", {
  version: "1",
  input: z.object({ url: z.string(), depth: z.number(), agent: z.string().optional() }),
}).phase("fetch", ({ input }) => {
  // error: uri
  return input.uri;
});

const executor = createExecutor();

await executor.run(digest, {
  // error: folder
  input: { folder: 1 },
});

const input = { folder: 1 };
await executor.run(digest, {
  // error: folder
  input,
});

await executor.run(crawl, {
  // error: depth
  input: { url: "https://example.com/" },
});

await executor.start(crawl, {
  input: {
    url: "https://example.com/",
    // error: depth
    depth: "1",
  },
});

await executor.start(crawl, {
  input: {
    url: "https://example.com/",
    depth: 1,
    // error: agnet
    agnet: "optional, and misspelt",
  },
});

// error: input
await executor.run(digest, { id: "digest-42" });

// error: identity
await executor.run(digest, { identity: "digest-42", input: { folder: "docs" } });

const hello = defineRun("hello", { version: "1" }).phase("only", () => "hello");
const said = await executor.run(hello);
// error: toFixed
said.toFixed();

// error: version
defineRun("nothing", {});

// error: databse
sqliteStore({ databse: "runs.sqlite" });

// error: stores
createExecutor({ stores: [] });

defineLoop<{ question: string }, { role: "user" | "assistant" }, string>("talk", {
  version: "1",
  // error: role
  turn: () => ({ append: [{ role: "robot" }], done: true }),
});

const weather = defineTool({
  description: "Tells the weather of a city.",
  inputSchema: z.object({ city: z.string() }),
  // error: town
  execute: ({ town }) => town,
});

defineAgent("helper", {
  version: "1",
  tools: { weather },
  // error: role
  model: async () => ({ role: "robot", content: "Warm." }),
});

const helper = defineAgent("helper", {
  version: "1",
  model: async () => ({ role: "assistant", content: "Warm." }),
});
// error: input
await executor.run(helper, { input: 42 });
// error: answer
await executor.run(helper, { input: "Is it warm?" }).then(({ answer }) => answer);

// What is stated about types elsewhere would be noticed if it were wrong.
// error: ofAny
export const ofAny: Same<ReturnType<typeof JSON.parse>, string> = true;
// error: ofUnion
export const ofUnion: Same<string | undefined, string> = true;
