import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { hiding } from "../src/secret.ts";
import { folderTools } from "../src/tools.ts";
import type { Reading } from "../src/tools.ts";
import { callTool, folderWith } from "./support.ts";

test("the files of all folders are listed, without what is hidden, node_modules and links", async () => {
  const root = await folderWith({
    "b.md": "B",
    "a/c.md": "C",
    "a/d/e.txt": "E",
    ".hidden": "No",
    ".git/config": "No",
    "node_modules/x/index.js": "No",
    "a/node_modules/y.js": "No",
  });
  await symlink(join(root, "b.md"), join(root, "link.md"));
  await symlink(root, join(root, "a/round"), "junction");

  expect(await callTool(root, "list_files", {})).toEqual({
    files: ["a/c.md", "a/d/e.txt", "b.md"],
    notes: [],
  });
  expect(await callTool(root, "list_files", { folder: "a/d" })).toEqual({
    files: ["a/d/e.txt"],
    notes: [],
  });
});

test("of many files the first are listed, and the model is told how many there are", async () => {
  const root = await folderWith(manyFiles(400, "A."));

  expect(await callTool(root, "list_files", {})).toMatchObject({
    files: { length: 300 },
    notes: ["These are the first 300 of 400 files: name a folder, or search."],
  });
});

test("of a folder without end only the first entries are looked at, and the model is told so", async () => {
  const root = await folderWith({ first: "A." });
  for (let index = 0; index < 10_010; index += 1) {
    linkSync(join(root, "first"), join(root, `${index}`));
  }

  const { notes } = (await callTool(root, "list_files", {})) as { notes: readonly string[] };

  expect(notes).toContain("Only the first 10000 entries were looked at: name a folder.");
});

test("folders are looked into as far down as people put something, and the model is told where that ends", async () => {
  const root = await folderWith();
  const deep = (levels: number): string => "d/".repeat(levels);
  mkdirSync(join(root, deep(200)), { recursive: true });
  writeFileSync(join(root, deep(20), "seen.txt"), "Yes.");
  writeFileSync(join(root, deep(100), "unseen.txt"), "Yes.");

  expect(await callTool(root, "list_files", {})).toEqual({
    files: [`${deep(20)}seen.txt`],
    notes: ["Folders too deep to be looked at: 1."],
  });
  expect(await callTool(root, "search", { text: "yes", folder: deep(90) })).toMatchObject({
    files: [{ path: `${deep(100)}unseen.txt` }],
  });
});

test("a text is found in upper and lower case, with the lines that have it, most of them first", async () => {
  const root = await folderWith({
    "one.md": "A Lease ends.\nNothing.\n",
    "two.md": "The lease.\n\nleases\nLEASE\nlease",
    "none.md": "Nothing.",
  });

  expect(await callTool(root, "search", { text: "lease" })).toEqual({
    files: [
      {
        path: "two.md",
        lines: 4,
        first: [
          { line: 1, text: "The lease." },
          { line: 3, text: "leases" },
          { line: 4, text: "LEASE" },
        ],
      },
      { path: "one.md", lines: 1, first: [{ line: 1, text: "A Lease ends." }] },
    ],
    notes: [],
  });
});

test.each(["(a+)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", ".*", "[", "\\", "a{1,99999}{1,99999}"])(
  "what is searched for is no pattern: %j",
  async (text) => {
    const root = await folderWith({
      "bait.txt": `${"a".repeat(100_000)}!`,
      "here.txt": `It says ${text} there.`,
    });

    expect(await callTool(root, "search", { text })).toMatchObject({
      files: [{ path: "here.txt", first: [{ line: 1, text: `It says ${text} there.` }] }],
    });
  },
);

test("of long lines the part around is given", async () => {
  const root = await folderWith({
    "long.txt": `${"x ".repeat(10_000)}needle${" y".repeat(10_000)}`,
  });

  const found = JSON.stringify(await callTool(root, "search", { text: "NEEDLE" }));

  expect(found).toContain("needle");
  expect(found.length).toBeLessThan(400);
});

test("of many files that have it a few are given, and the model is told how many there are", async () => {
  const root = await folderWith(manyFiles(100, "The lease."));

  expect(await callTool(root, "search", { text: "lease" })).toMatchObject({
    files: { length: 15 },
    notes: ["Files with it: 100, of which these are 15."],
  });
});

test("the model is told what was not searched", async () => {
  const root = await folderWith({
    "large.txt": `${"x".repeat(999_990)}\nneedle\nneedle`,
    "binary.bin": "needle\0",
    "latin1.txt": new Uint8Array([...Buffer.from("needle"), 0xfc]),
    "small.txt": "needle",
  });

  expect(await callTool(root, "search", { text: "needle" })).toMatchObject({
    files: [
      { path: "large.txt", lines: 1 },
      { path: "small.txt", lines: 1 },
    ],
    notes: [
      "Files of which only the first MB was searched: 1.",
      "Files that are no UTF-8 text, or must not be read: 2.",
    ],
  });
});

test("a search stops between two files when its run is to stop", async () => {
  const root = await folderWith(manyFiles(40, "The lease."));
  const controller = new AbortController();
  const { signal } = controller;
  let asked = 0;
  // It asks once for each of ten folders, then for each file.
  vi.spyOn(signal, "throwIfAborted").mockImplementation(() => {
    asked += 1;
    if (asked === 30) controller.abort(new Error("It is to stop."));
    if (signal.aborted) throw signal.reason;
  });

  await expect(callTool(root, "search", { text: "lease" }, signal)).rejects.toThrow(
    "It is to stop.",
  );
  expect(asked).toBe(30);
});

test("a file is read in parts of whole characters, which make the file", async () => {
  const text = "\uFEFFäöü 😀 €".repeat(3_000);
  const root = await folderWith({ "long.txt": text });

  const parts: string[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const part = (await callTool(root, "read_file", { path: "long.txt", from })) as Reading;
    expect(part.bytes).toBe(Buffer.byteLength(text));
    parts.push(part.text);
    from = part.next;
  }

  expect(parts.length).toBeGreaterThan(3);
  // The mark at its very beginning belongs to the encoding.
  expect(parts.join("")).toBe(text.slice(1));
});

test.each([
  [0, "😀"],
  [1, ""],
  [4, ""],
  [1_000, ""],
])("reading from byte %i on gives what whole characters there are", async (from, text) => {
  const root = await folderWith({ "a.txt": "😀" });

  expect(await callTool(root, "read_file", { path: "a.txt", from })).toEqual({
    path: "a.txt",
    bytes: 4,
    text,
  });
});

test("a file of 100 MB is read in part, and the model is told where to go on", async () => {
  const root = await folderWith({ "large.txt": "x".repeat(50_000) });
  await truncate(join(root, "large.txt"), 100_000_000);

  const read = (await callTool(root, "read_file", { path: "large.txt" })) as Reading;

  expect(read).toMatchObject({ bytes: 100_000_000, next: 16_000, text: "x".repeat(16_000) });
});

test.each([
  ["binary", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0])],
  ["in UTF-16", Buffer.from("Text.", "utf16le")],
  ["in Latin-1", new Uint8Array([0x66, 0xfc, 0x72])],
  ["cut in the middle of a character", Buffer.from("ä").subarray(0, 1)],
])("a file that is %s is refused, and the model is told why", async (_, content) => {
  const root = await folderWith({ "file.txt": content });

  await expect(callTool(root, "read_file", { path: "file.txt" })).rejects.toThrow(
    '"file.txt" is no text in UTF-8.',
  );
});

test("an empty file is read, and an empty folder listed and searched", async () => {
  const [root, empty] = [await folderWith({ "empty.txt": "" }), await folderWith()];

  expect(await callTool(root, "read_file", { path: "empty.txt" })).toMatchObject({ text: "" });
  expect(await callTool(empty, "list_files", {})).toEqual({ files: [], notes: [] });
  expect(await callTool(empty, "search", { text: "x" })).toEqual({ files: [], notes: [] });
});

test("names that would break a line stay in their quotes", async () => {
  const root = await folderWith();
  await writeFile(join(root, "a\nb\u001B[31m.txt"), "Text.");

  const listing = await callTool(root, "list_files", {});

  expect(listing).toMatchObject({ files: ["a\nb\u001B[31m.txt"] });
});

test("a key that lies in a file stays there", async () => {
  const key = "sk-0123456789abcdef";
  const root = await folderWith({ "notes.txt": `The key is ${key}.` });
  const tools = folderTools({ root, pauseMs: 0, secret: hiding(key), say: () => {} });
  const input = { path: "notes.txt", text: "key", folder: ".", from: 0 };
  const { signal } = new AbortController();

  for (const name of ["read_file", "search"]) {
    const result = JSON.stringify(await tools[name]?.execute(input as never, { signal } as never));
    expect(result).toContain("The key is [key].");
  }
});

function manyFiles(count: number, text: string): Record<string, string> {
  const paths = Array.from({ length: count }, (_, index) => `${index % 10}/${index}.txt`);
  return Object.fromEntries(paths.map((path) => [path, text]));
}
