import { join } from "node:path";
import { expect, test } from "vitest";
import { calls, modelServer, says, silence } from "./model-server.ts";
import { folderWith, runProgram, startProgram } from "./support.ts";

const threeCalls = calls(
  ["read_file", { path: "bees.md" }],
  ["list_files", {}],
  ["search", { text: "DANCE" }],
);

async function prepare(): Promise<string[]> {
  const folder = await folderWith({ "bees.md": "Bees dance.", "ants.md": "Ants do not." });
  const place = await folderWith();
  return ["Who dances?", folder, "--store", `sqlite:${join(place, "runs.sqlite")}`];
}

test("killed while tools run, it goes on with them, and asks nothing again that was answered", async () => {
  const server = await modelServer(threeCalls, says("Bees do: bees.md."));
  const args = await prepare();

  const program = startProgram([...args, "--pause-ms", "30000"], server.env);
  await program.told(/ {2}read_file/, / {2}list_files/, / {2}search/);
  const asked = server.requests.length;
  program.child.kill("SIGKILL");
  const killed = await program.ended();
  const resumed = await runProgram(args, server.env);

  expect(asked).toBe(1);
  expect(killed).toMatchObject({ signal: "SIGKILL", out: "" });
  expect(resumed).toMatchObject({ code: 0, out: "Bees do: bees.md.\n" });
  expect(resumed.errors).toContain("goes on after turn 1.");
  expect(server.requests).toHaveLength(2);
});

test("what the tools gave stands in the order of the calls, after the answer that made them", async () => {
  const server = await modelServer(threeCalls, says("Bees do."));
  const args = await prepare();
  const program = startProgram([...args, "--pause-ms", "30000"], server.env);
  await program.told(/ {2}read_file/, / {2}list_files/, / {2}search/);
  program.child.kill("SIGKILL");
  await program.ended();

  await runProgram(args, server.env);

  const messages = server.requests[1]?.messages ?? [];
  expect(messages.map(({ role }) => role)).toEqual([
    "system",
    "user",
    "assistant",
    "tool",
    "tool",
    "tool",
  ]);
  expect(messages[2]?.tool_calls?.map(({ id }) => id)).toEqual(["call-0", "call-1", "call-2"]);
  expect(messages.slice(3).map(({ tool_call_id: id }) => id)).toEqual([
    "call-0",
    "call-1",
    "call-2",
  ]);
  expect(messages.slice(3).map(({ content }) => JSON.parse(content ?? ""))).toMatchObject([
    { path: "bees.md", text: "Bees dance." },
    { files: ["ants.md", "bees.md"] },
    { files: [{ path: "bees.md", lines: 1 }] },
  ]);
});

test("killed while the model is asked, it asks that again, and nothing before it", async () => {
  const server = await modelServer(threeCalls, silence, says("Bees do."));
  const args = await prepare();

  const program = startProgram(args, server.env);
  await program.told(/Turn 2: asks/);
  await expect.poll(() => server.requests.length).toBe(2);
  program.child.kill("SIGKILL");
  await program.ended();
  const resumed = await runProgram(args, server.env);

  expect(resumed).toMatchObject({ code: 0, out: "Bees do.\n" });
  expect(server.requests).toHaveLength(3);
  expect(server.requests[2]?.messages).toEqual(server.requests[1]?.messages);
});

test("killed again and again, it goes on each time from where it was", async () => {
  const server = await modelServer(
    calls(["list_files", {}]),
    silence,
    calls(["read_file", { path: "bees.md" }]),
    says("Bees do."),
  );
  const args = await prepare();

  for (const [last, ...more] of [
    [/ {2}list_files/, "--pause-ms", "30000"],
    [/Turn 2: asks/],
    [/Turn 2: .*\n {2}read_file/, "--pause-ms", "30000"],
  ] as const) {
    const program = startProgram([...args, ...more], server.env);
    await program.told(last);
    if (more.length === 0) await expect.poll(() => server.requests.length).toBe(2);
    program.child.kill("SIGKILL");
    await program.ended();
  }
  const resumed = await runProgram(args, server.env);

  expect(resumed).toMatchObject({ code: 0, out: "Bees do.\n" });
  expect(resumed.errors).toContain("goes on after turn 2.");
  expect(server.requests.map(({ messages }) => messages.length)).toEqual([2, 4, 4, 6]);
});

test("what has been answered is not asked again, but with another id", async () => {
  const server = await modelServer(says("Bees do."), says("Bees, as before."));
  const args = await prepare();

  const first = await runProgram(args, server.env);
  const second = await runProgram(args, server.env);
  const other = await runProgram([...args, "--id", "other"], server.env);

  expect([first.out, second.out, other.out]).toEqual([
    "Bees do.\n",
    "Bees do.\n",
    "Bees, as before.\n",
  ]);
  expect(second.errors).toContain("is recorded, with its answer");
  expect(server.requests).toHaveLength(2);
});

test.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM"] as const)(
  "%s stops it, and the same command goes on",
  async (signal) => {
    const server = await modelServer(threeCalls, says("Bees do."));
    const args = await prepare();

    const program = startProgram([...args, "--pause-ms", "30000"], server.env);
    await program.told(/ {2}search/);
    program.child.kill(signal);
    const stopped = await program.ended();
    const resumed = await runProgram(args, server.env);

    expect(stopped).toMatchObject({ code: signal === "SIGINT" ? 130 : 143, out: "" });
    expect(stopped.errors).toMatch(/^Stopped\. .*the same command goes on with it\.$/m);
    expect(resumed).toMatchObject({ code: 0, out: "Bees do.\n" });
    expect(server.requests).toHaveLength(2);
  },
);
