import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { serverOrSkip } from "../src/index.ts";
import type { ProvidedServer } from "../src/index.ts";
import { kinds, listens } from "./servers.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const program = fileURLToPath(new URL("programs/parent.ts", import.meta.url));

test.for(kinds)(
  "$name is gone, and its data too, when the process that started it is killed",
  async ({ name }, { skip }) => {
    await using folder = await temporaryFolder();
    const parent = spawn(process.execPath, [program, name], {
      env: { ...process.env, TMPDIR: folder.path },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exit = once(parent, "exit");
    const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
    const found: ProvidedServer = URL.canParse(line) ? { url: line } : { missing: line };
    const { url } = serverOrSkip(found, skip);
    expect(await listens(url)).toBe(true);

    parent.kill("SIGKILL");
    await exit;

    await expect.poll(() => listens(url), { timeout: 30_000 }).toBe(false);
    await expect.poll(() => readdir(folder.path), { timeout: 30_000 }).toEqual([]);
  },
);
