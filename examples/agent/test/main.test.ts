import { join } from "node:path";
import { expect, test } from "vitest";
import { key, modelServer, says } from "./model-server.ts";
import type { Answer } from "./model-server.ts";
import { folderWith, runHere, runProgram, startProgram } from "./support.ts";

const texts = {
  "bees.md": "# Bees\n\nA bee tells of nectar by a dance in the hive. It is warm there.\n",
  "ants.md": "# Ants\n\nAn ant leaves a trail of scent on its way home to the hill.\n",
  "deep/wasps.txt": "Wasps build their nests of paper. A wasp has no dance.\n",
};

test("without a model the stand-in says what it is, looks into the files, and names them", async () => {
  const [folder, place] = [await folderWith(texts), await folderWith()];

  const { out, errors, code } = await runProgram([
    "How do bees tell where nectar is?",
    folder,
    "--store",
    `sqlite:${join(place, "runs.sqlite")}`,
  ]);

  expect({ code, out }).toEqual({
    code: 0,
    out: "- A bee tells of nectar by a dance in the hive. (bees.md)\n",
  });
  expect(errors.replace(/Run agent-\w{16}/, "Run ID").split("\n")).toEqual([
    `Reads ${folder}, asks the rule-based stand-in (no model).`,
    "Run ID begins.",
    "Turn 1: asks the rule-based stand-in (no model).",
    '  list_files {"folder":"."}',
    '  search {"text":"bee","folder":"."}',
    '  search {"text":"nectar","folder":"."}',
    "Turn 2: asks the rule-based stand-in (no model).",
    '  read_file {"path":"bees.md","from":0}',
    "Turn 3: asks the rule-based stand-in (no model).",
    "",
  ]);
});

test("the stand-in goes on where a killed one was", async () => {
  const [folder, place] = [await folderWith(texts), await folderWith()];
  const args = ["Who has a dance?", folder, "--store", `sqlite:${join(place, "runs.sqlite")}`];
  const program = startProgram([...args, "--pause-ms", "30000"]);
  await program.told(/ {2}search/);
  program.child.kill("SIGKILL");
  await program.ended();

  const { out, errors } = await runProgram(args);

  expect(out.split("\n")).toContain("- A wasp has no dance. (deep/wasps.txt)");
  expect(errors).toContain("goes on after turn 1.\n  list_files");
  expect(errors).not.toContain("Turn 1: asks");
});

test("without a folder it reads the documentation of this repository", async () => {
  const place = await folderWith();

  const { out, errors, code } = await runHere([
    "What is a lease?",
    "--store",
    `sqlite:${join(place, "runs.sqlite")}`,
  ]);

  expect(code).toBe(0);
  expect(errors).toContain(`Reads ${join(import.meta.dirname, "../../../docs")},`);
  expect(out).toMatch(/lease.* \(.*\.md\)$/m);
});

test("paths are relative to where npm was started", async () => {
  const place = await folderWith({ "texts/a.md": "It is a text about bees." });

  const { out, errors } = await runProgram(
    ["What of bees?", "texts", "--store", "sqlite:runs.sqlite"],
    {
      npm_lifecycle_event: "start",
      INIT_CWD: place,
    },
  );

  expect(errors).toContain(`Reads ${join(place, "texts")},`);
  expect(out).toBe("- It is a text about bees. (a.md)\n");
});

test.each([
  ["no question", [], "There is no question."],
  ["an empty one", [" "], "There is no question."],
  ["too much", ["Who?", ".", "more"], "There is more than a question and a folder."],
  ["no folder", ["Who?", "missing"], 'missing" does not exist.'],
  ["a file", ["Who?", "main.test.ts"], 'main.test.ts" is no folder.'],
  ["an unknown option", ["Who?", "--colour"], "Unknown option '--colour'."],
  ["an option without a value", ["Who?", "--id"], "Option '--id <value>' argument missing."],
  ["no time", ["Who?", "--timeout-ms", "0"], "--timeout-ms must be a whole number from 1"],
  ["half a time", ["Who?", "--timeout-ms", "1.5"], "--timeout-ms must be a whole number from 1"],
  [
    "too many retries",
    ["Who?", "--retries", "11"],
    "--retries must be a whole number from 0 to 10",
  ],
  ["a long pause", ["Who?", "--pause-ms", "99999"], "--pause-ms must be a whole number from 0"],
])("%s is told with how to call it, and exit code 2", async (_, args, reason) => {
  const { code, out, errors } = await runHere(args);

  expect({ code, out }).toEqual({ code: 2, out: "" });
  const [first, second, ...more] = errors.trimEnd().split("\n");
  expect(first).toContain(reason);
  expect(second).toMatch(/^Usage: npm start -w example-agent -- "question" \[folder\]/);
  expect(more).toEqual([]);
});

test.each([
  ["EXECUTUS_AGENT_BASE_URL"],
  ["EXECUTUS_AGENT_API_KEY"],
  ["EXECUTUS_AGENT_MODEL"],
  ["EXECUTUS_AGENT_BASE_URL", "EXECUTUS_AGENT_API_KEY"],
  ["EXECUTUS_AGENT_API_KEY", "EXECUTUS_AGENT_MODEL"],
  ["EXECUTUS_AGENT_BASE_URL", "EXECUTUS_AGENT_MODEL"],
])("without %s it asks for all of the three or none, with exit code 2", async (...missing) => {
  const { env, requests } = await modelServer(says("Bees."));
  const rest = Object.entries(env).filter(([name]) => !missing.includes(name));

  const { code, out, errors } = await runProgram(["Who?"], Object.fromEntries(rest));

  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(errors).toContain(`${missing.join(" and ")} must be set as well.`);
  expect(errors).not.toContain(key);
  expect(requests).toEqual([]);
});

test.each([
  "localhost/v1",
  "ftp://localhost/v1",
  "https://user:pass@localhost/v1",
  "http://a/?k=1",
])("the address %s is refused without being quoted", async (address) => {
  const { env } = await modelServer();

  const { code, errors } = await runHere(["Who?", "."], {
    ...env,
    EXECUTUS_AGENT_BASE_URL: address,
  });

  expect(code).toBe(2);
  expect(errors).toContain("EXECUTUS_AGENT_BASE_URL must be an address such as https://");
  expect(errors).not.toContain(address);
});

test("another model is another run", async () => {
  const server = await modelServer(says("Bees."));
  const place = await folderWith(texts);
  const args = ["Who?", place, "--store", `sqlite:${join(place, "runs.sqlite")}`];

  await runHere(args);
  const { out } = await runHere(args, server.env);

  expect(out).toBe("Bees.\n");
});

test.each([
  ["question", ["What?", "."]],
  ["folder", ["Who?", "programs"]],
])("an id that belongs to another %s is refused", async (_, other) => {
  const place = await folderWith();
  const options = ["--id", "mine", "--store", `sqlite:${join(place, "runs.sqlite")}`];
  const folder = await folderWith({ "programs/a.md": "A." });
  const argsOf = ([question = "", path = ""]: readonly string[]): string[] => [
    question,
    join(folder, path),
    ...options,
  ];

  const first = await runHere(argsOf(["Who?", "."]));
  const second = await runHere(argsOf(other));

  expect(first.code).toBe(0);
  expect(second).toMatchObject({ code: 1, out: "" });
  expect(second.errors).toContain(
    'Run "mine" has another question or folder. Choose another --id.',
  );
});

test("a database that cannot be opened, and an id that is none, are told in one line", async () => {
  const place = await folderWith({ "file.txt": "No database, but a text that is long enough." });

  const noDatabase = await runHere(["Who?", place, "--store", `sqlite:${join(place, "file.txt")}`]);
  const noId = await runHere([
    "Who?",
    place,
    "--store",
    `sqlite:${join(place, "a.sqlite")}`,
    "--id",
    "",
  ]);

  expect([noDatabase.code, noId.code]).toEqual([1, 1]);
  expect(noDatabase.errors.split("\n").slice(1)).toEqual([
    `The database "${join(place, "file.txt")}" is no SQLite database. Name another file.`,
    "",
  ]);
  expect(noId.errors.split("\n")).toHaveLength(3);
});

test("two processes with the same question ask once, and both give the answer", async () => {
  let answer = (): void => {};
  const held: Answer = (response, request) => {
    answer = () => void says("Bees.")(response, request);
  };
  const server = await modelServer(held);
  const place = await folderWith();
  const args = ["Who?", place, "--store", `sqlite:${join(place, "runs.sqlite")}`];

  const first = startProgram(args, server.env);
  await expect.poll(() => server.requests.length).toBe(1);
  const second = startProgram(args, server.env);
  await second.told(/goes on/);
  answer();
  const endings = [await first.ended(), await second.ended()];

  expect(endings.map(({ out, code }) => [out, code])).toEqual([
    ["Bees.\n", 0],
    ["Bees.\n", 0],
  ]);
  expect(server.requests).toHaveLength(1);
});

test("what a model says does not steer the terminal", async () => {
  const server = await modelServer(says("Bees\u001B[2J\u0007 dance.\nAll of them\u2028do.\r"));
  const place = await folderWith();

  const { out } = await runHere(
    ["Who?", place, "--store", `sqlite:${join(place, "runs.sqlite")}`],
    server.env,
  );

  expect(out).toBe("Bees\uFFFD[2J\uFFFD dance.\nAll of them\uFFFDdo.\uFFFD\n");
});
