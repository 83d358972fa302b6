import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { calls, cut, key, modelServer, says, silence, status } from "./model-server.ts";
import type { Answer } from "./model-server.ts";
import { folderWith, runHere, runProgram } from "./support.ts";

/** Says the key back in its headers as well, and lets nobody wait. */
function withKeyInHeaders(answer: Answer): Answer {
  return (response, request) => {
    response.setHeader("retry-after-ms", "1");
    response.setHeader("x-you-sent", request.headers.authorization ?? "");
    return answer(response, request);
  };
}

const escaped = key.replaceAll(/./g, (each) => `\\u00${each.charCodeAt(0).toString(16)}`);

const scripts: readonly (readonly [how: string, script: readonly Answer[], time?: string])[] = [
  ["answers", [calls(["search", { text: "dance" }]), says("Bees dance.")]],
  ["refuses the key, and quotes it", [status(401, `Incorrect API key provided: ${key}`)]],
  ["quotes it in what it says of every request", [status(500, `Bearer ${key}`), status(500, key)]],
  ["quotes it in the middle of a long error", [status(400, `${"x".repeat(90)}${key}`.repeat(9))]],
  ["quotes it in its answer", [says(`Your key is ${key}, or "${key}".`)]],
  [
    "calls tools with it",
    [calls(["read_file", { path: key }], [key, { [key]: key }]), says("No.")],
  ],
  ["calls tools with it in disguise", [calls(["search", `{"text":"${escaped}"}`]), says("No.")]],
  ["calls a tool with what is no JSON around it", [calls(["search", `{${key}`]), says("No.")]],
  ["has it in a file that it reads", [calls(["read_file", { path: "env.txt" }]), says("No.")]],
  ["cuts the connection", [cut]],
  ["never answers", [silence], "300"],
];

test.for(scripts)(
  "the key is in nothing that is printed or saved if the endpoint %s",
  async ([, script, timeoutMs = "60000"]) => {
    const server = await modelServer(...script.map(withKeyInHeaders));
    const [folder, place] = [
      await folderWith({ "bees.md": "Bees dance.", "env.txt": `KEY=${key}` }),
      await folderWith(),
    ];
    const settings = ["--timeout-ms", timeoutMs, "--retries", `${script.length - 1}`];

    const said = await runHere(
      ["Who dances?", folder, "--store", `sqlite:${join(place, "runs.sqlite")}`, ...settings],
      server.env,
    );

    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
    expect(said.out + said.errors).not.toContain(key);
    const saved = await bytesIn(place);
    expect(saved).toContain("Who dances?");
    expect(saved).not.toContain(key);
  },
);

test("nor in what a process prints, to the last byte", async () => {
  const server = await modelServer(status(401, `Incorrect API key provided: ${key}`));
  const [folder, place] = [await folderWith({ "bees.md": "Bees." }), await folderWith()];

  const ending = await runProgram(
    ["Who dances?", folder, "--store", `sqlite:${join(place, "runs.sqlite")}`],
    server.env,
  );

  expect(ending.code).toBe(1);
  expect(ending.errors).toContain("Incorrect API key provided: [key].");
  expect(ending.out + ending.errors + (await bytesIn(place))).not.toContain(key);
});

test.each([
  ["a line break in its middle", `${key}\n${key}`],
  ["a space", `${key} ${key}`],
  ["a quote", `${key}"`],
  ["letters of no header", `${key}\u2026`],
])("a key that has %s is refused without being quoted", async (_, wrong) => {
  const { env } = await modelServer();

  const { code, errors } = await runHere(["Who?", await folderWith()], {
    ...env,
    EXECUTUS_AGENT_API_KEY: wrong,
  });

  expect(code).toBe(2);
  expect(errors).toContain("EXECUTUS_AGENT_API_KEY has characters that no key has");
  expect(errors).not.toContain(key);
});

test("a short word for a key, as local servers take, is no secret", async () => {
  const server = await modelServer(says("None of them dances."));
  const place = await folderWith();

  const { out } = await runHere(
    ["Who?", place, "--store", `sqlite:${join(place, "runs.sqlite")}`],
    {
      ...server.env,
      EXECUTUS_AGENT_API_KEY: "None",
    },
  );

  expect(server.requests[0]?.headers.authorization).toBe("Bearer None");
  expect(out).toBe("None of them dances.\n");
});

/** All that lies in a folder. */
async function bytesIn(place: string): Promise<string> {
  const names = await readdir(place);
  const contents = await Promise.all(names.map((name) => readFile(join(place, name), "latin1")));
  return contents.join("\n");
}
