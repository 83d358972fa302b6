import { symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openFolder } from "../src/folder.ts";
import { callTool, folderWith, makePipe } from "./support.ts";

const isWindows = process.platform === "win32";

/** A folder beside which lies a secret. */
async function folderBesideSecret(): Promise<{ root: string; outside: string }> {
  const place = await folderWith({
    "outside/secret.txt": "The secret.",
    "root/inside.txt": "It is inside.",
    "root/deep/inside.txt": "It is deep inside.",
    "root/.hidden": "The secret.",
    "root/.git/config": "The secret.",
    "root/node_modules/a/index.js": "The secret.",
    "rooted/secret.txt": "The secret.",
  });
  return { root: join(place, "root"), outside: join(place, "outside") };
}

test.each([
  ["../outside/secret.txt", "leads out of the folder"],
  ["deep/../../outside/secret.txt", "leads out of the folder"],
  ["deep/../inside.txt", "leads out of the folder"],
  ["../rooted/secret.txt", "leads out of the folder"],
  ["..\\outside\\secret.txt", "leads out of the folder"],
  ["..", "leads out of the folder"],
  ["/etc/passwd", "is absolute"],
  ["//etc/passwd", "is absolute"],
  ["/proc/self/environ", "is absolute"],
  ["C:\\Windows\\win.ini", "is absolute"],
  ["c:secret.txt", "is absolute"],
  ["\\\\server\\share\\secret.txt", "is absolute"],
  ["\\\\?\\C:\\secret.txt", "is absolute"],
  ["inside.txt\0.png", "has a NUL in it"],
  ["\0", "has a NUL in it"],
  [".hidden", "is left out"],
  ["./.git/config", "is left out"],
  [".git\\config", "is left out"],
  ["node_modules/a/index.js", "is left out"],
  ["deep", "is a folder"],
  [".", "is a folder"],
  ["", "is a folder"],
  ["missing.txt", "does not exist"],
  ["inside.txt/", "does not exist"],
  ["inside.txt/more", "does not exist"],
  ["~/.ssh/id_rsa", "is left out"],
  ["file:///etc/passwd", "does not exist"],
  ["%2e%2e/outside/secret.txt", "does not exist"],
  ["deep/\u{2024}\u{2024}/secret.txt", "does not exist"],
  ["\uD800", "does not exist"],
  ["x".repeat(300), "has a name that is too long"],
])("the path %j is refused, to read and to look into", async (path, reason) => {
  const { root } = await folderBesideSecret();

  await expect(callTool(root, "read_file", { path })).rejects.toThrow(reason);
  if (reason === "is a folder") return;
  await expect(callTool(root, "list_files", { folder: path })).rejects.toThrow();
  await expect(callTool(root, "search", { text: "secret", folder: path })).rejects.toThrow();
});

test("a refusal names nothing but the path that was given", async () => {
  const { root } = await folderBesideSecret();

  for (const path of ["missing.txt", "deep", "../x", "x".repeat(900)]) {
    const refusal: unknown = await callTool(root, "read_file", { path }).catch((error) => error);
    expect(refusal).toMatchObject({ name: "Refusal" });
    expect((refusal as Error).message).not.toContain(root);
    expect((refusal as Error).message.length).toBeLessThan(300);
  }
});

test.each([
  ["a file outside", "outside/secret.txt", ""],
  ["a folder outside", "outside", "/secret.txt"],
  ["the folder around", ".", "/outside/secret.txt"],
  ["a folder beside that begins with its name", "rooted", "/secret.txt"],
])("a link to %s leads nowhere", async (_, target, rest) => {
  const { root, outside } = await folderBesideSecret();
  await symlink(join(outside, "..", target), join(root, "deep", "link"));

  await expect(callTool(root, "read_file", { path: `deep/link${rest}` })).rejects.toThrow(
    "leads out of the folder",
  );
  expect(await callTool(root, "list_files", {})).toMatchObject({
    files: ["deep/inside.txt", "inside.txt"],
  });
  expect(await callTool(root, "search", { text: "the secret" })).toMatchObject({ files: [] });
});

test("a link through which another link leaves leads nowhere", async () => {
  const { root, outside } = await folderBesideSecret();
  await symlink(outside, join(root, "deep", "away"));
  await symlink(join(root, "deep", "away"), join(root, "first"));

  await expect(callTool(root, "read_file", { path: "first/secret.txt" })).rejects.toThrow(
    "leads out of the folder",
  );
});

test("a link to what is left out leads nowhere, and one in a circle neither", async () => {
  const { root } = await folderBesideSecret();
  await symlink(join(root, ".hidden"), join(root, "plain.txt"));
  await symlink("round", join(root, "round"));
  await symlink("missing", join(root, "dangling"));
  const read = (path: string): Promise<unknown> => callTool(root, "read_file", { path });

  await expect(read("plain.txt")).rejects.toThrow("is left out");
  await expect(read("round")).rejects.toThrow("is a link that goes round in a circle");
  await expect(read("dangling")).rejects.toThrow("does not exist");
});

test("a link that stays inside is followed when it is named", async () => {
  const { root } = await folderBesideSecret();
  await symlink("deep", join(root, "link"));

  expect(await callTool(root, "read_file", { path: "link/inside.txt" })).toMatchObject({
    text: "It is deep inside.",
  });
});

test("the folder itself may be given by a link", async () => {
  const { root } = await folderBesideSecret();
  const place = await folderWith();
  await symlink(root, join(place, "link"));

  expect(await openFolder(join(place, "link"))).toBe(root);
});

test.skipIf(isWindows)("links to what the system makes up lead nowhere", async () => {
  const { root } = await folderBesideSecret();
  await symlink("/proc/self/environ", join(root, "environ"));
  await symlink("/dev/zero", join(root, "zero"));

  for (const path of ["environ", "zero"]) {
    await expect(callTool(root, "read_file", { path })).rejects.toThrow(
      /leads out of the folder|does not exist/,
    );
  }
});

test.skipIf(isWindows)("pipes, sockets and devices are not opened", async () => {
  const { root } = await folderBesideSecret();
  makePipe(join(root, "pipe.txt"));
  const server = createServer().listen(join(root, "socket.txt"));
  onTestFinished(() => void server.close());

  for (const [folder, path] of [
    [root, "pipe.txt"],
    [root, "socket.txt"],
    ["/dev", "zero"],
    ["/dev", "null"],
  ] as const) {
    await expect(callTool(folder, "read_file", { path })).rejects.toThrow("is no ordinary file");
  }
  expect(await callTool(root, "search", { text: "secret" })).toMatchObject({ files: [] });
});
