import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { collect } from "../src/collect.ts";
import { explain } from "../src/problem.ts";
import { folderWith, noStep } from "./support.ts";

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const readFile = (file: string): Promise<Buffer> =>
    file.endsWith("secret.md")
      ? Promise.reject(Object.assign(new Error("EACCES"), { code: "EACCES" }))
      : real.readFile(file);
  return { ...real, readFile };
});

async function pathsIn(folder: string, report = ""): Promise<readonly string[]> {
  return (await collect({ folder, report }, noStep)).map(({ path }) => path);
}

test("texts are found in all folders, in the order of their paths", async () => {
  const folder = await folderWith({ "b.md": "B.", "a/b/C.MD": "C.", "a.txt": "A.", "a/x.js": "x" });

  expect(await pathsIn(folder)).toEqual(["a.txt", "a/b/C.MD", "b.md"]);
});

test("what is hidden or written by tools, binary, too large or the report itself is left out", async () => {
  const folder = await folderWith({
    ".hidden/a.md": "No.",
    ".hidden.md": "No.",
    "node_modules/a.md": "No.",
    "dist/a.md": "No.",
    "out/a.md": "No.",
    "nul.md": "No\0.",
    "latin1.txt": new Uint8Array([0x4e, 0x6f, 0xfc, 0x2e]),
    "large.txt": "x".repeat(1_000_001),
    "report.md": "No.",
    "yes.md": "Yes.",
  });

  expect(await pathsIn(folder, join(folder, "report.md"))).toEqual(["yes.md"]);
});

test("links are not followed, wherever they lead", async () => {
  const outside = await folderWith({ "outside.md": "No." });
  const folder = await folderWith({ "inside/yes.md": "Yes." });
  await symlink(outside, join(folder, "away"), "junction");
  await symlink(folder, join(folder, "inside", "round"), "junction");

  expect(await pathsIn(folder)).toEqual(["inside/yes.md"]);
});

test("a folder that is itself a link is read", async () => {
  const folder = await folderWith({ "yes.md": "Yes." });
  const links = await folderWith();
  await symlink(folder, join(links, "folder"), "junction");

  expect(await pathsIn(join(links, "folder"))).toEqual(["yes.md"]);
});

test.each([
  ["nothing", "missing", "it does not exist."],
  ["a file", "file.md", "is no folder. Give the folder that it is in."],
  ["a folder without text", "empty", "There is no text (.md, .txt) in"],
  ["a folder of binaries", "binary", "There is no readable text (UTF-8, up to 1 MB) in"],
  ["a folder with a file that may not be read", "closed", "permission denied."],
])("%s is a problem that is said in one line", async (_, name, said) => {
  const folder = await folderWith({
    "file.md": "A file.",
    "empty/x.js": "x",
    "binary/x.md": "\0",
    "closed/secret.md": "A secret.",
  });

  const error: unknown = await collect({ folder: join(folder, name), report: "" }, noStep).catch(
    (reason: unknown) => reason,
  );

  expect(explain(error)).toContain(said);
  expect(explain(error)).not.toContain("\n");
});

test("a problem is also told of a run that recorded it, and any other error with its stack", () => {
  const recorded = Object.assign(new Error("It is so."), { name: "Problem" });

  expect(explain(new Error("A run failed.", { cause: recorded }))).toBe("It is so.");
  expect(explain(new Error("A fault."))).toContain("collect.test.ts");
});
