import type * as FileSystem from "node:fs/promises";
import { rename, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { callTool, folderWith, makePipe } from "./support.ts";

/** What somebody else does right before something is looked at, right before it is opened, and right after. */
const { somebody } = vi.hoisted(() => ({
  somebody: {
    beforeLook: async (): Promise<void> => {},
    before: async (): Promise<void> => {},
    after: async (): Promise<void> => {},
  },
}));

vi.mock("node:fs/promises", async (importOriginal) => {
  const original = await importOriginal<typeof FileSystem>();
  const around =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await somebody.before();
      const result = await call(...args);
      await somebody.after();
      return result;
    };
  const lstat = async (...args: unknown[]): Promise<unknown> => {
    await somebody.beforeLook();
    return Reflect.apply(original.lstat, undefined, args);
  };
  return { ...original, lstat, open: around(original.open), opendir: around(original.opendir) };
});

const { platform } = process;

function pretend(name: NodeJS.Platform): void {
  Object.defineProperty(process, "platform", { value: name });
}

afterEach(() => {
  pretend(platform);
  somebody.beforeLook = async () => {};
  somebody.before = async () => {};
  somebody.after = async () => {};
});

interface World {
  readonly root: string;
  /** Puts a link that leads out into the place of a folder inside. */
  swap(): Promise<void>;
  /** Undoes that. */
  swapBack(): Promise<void>;
}

async function world(): Promise<World> {
  const place = await folderWith({
    "outside/a.txt": "The secret.",
    "outside/secret.txt": "The secret.",
    "root/deep/a.txt": "It is inside.",
  });
  const deep = join(place, "root/deep");
  const aside = join(place, "aside");
  return {
    root: join(place, "root"),
    swap: async () => {
      await rename(deep, aside);
      await symlink(join(place, "outside"), deep, "junction");
    },
    swapBack: async () => {
      await unlink(deep);
      await rename(aside, deep);
    },
  };
}

// Linux tells where an open file lies; elsewhere its path is looked at once more.
describe.each([["here", platform] as const, ["elsewhere", "freebsd"] as const])(
  "%s",
  (_, pretended) => {
    test("it does not help to replace a folder right before a file in it is opened", async () => {
      const { root, swap } = await world();
      pretend(pretended);
      somebody.before = swap;

      const read = callTool(root, "read_file", { path: "deep/a.txt" });

      await expect(read).rejects.toThrow("was replaced while it was opened");
    });

    test("nor to put it back right after that", async () => {
      const { root, swap, swapBack } = await world();
      pretend(pretended);
      somebody.before = swap;
      somebody.after = swapBack;

      const read = callTool(root, "read_file", { path: "deep/a.txt" });

      await expect(read).rejects.toThrow("was replaced while it was opened");
    });

    test("nor to replace it before the file is looked at", async () => {
      const { root, swap } = await world();
      pretend(pretended);
      somebody.beforeLook = swap;

      const read = callTool(root, "read_file", { path: "deep/a.txt" });

      await expect(read).rejects.toThrow("was replaced while it was opened");
    });

    test("nor to replace the file by another", async () => {
      const { root } = await world();
      pretend(pretended);
      await writeFile(join(root, "b.txt"), "Another.");
      somebody.before = () => rename(join(root, "b.txt"), join(root, "deep/a.txt"));

      const read = callTool(root, "read_file", { path: "deep/a.txt" });

      await expect(read).rejects.toThrow("was replaced while it was opened");
    });
  },
);

test.runIf(platform === "linux")(
  "on Linux, it does not help to replace a folder before that and put it back after all",
  async () => {
    const { root, swap, swapBack } = await world();
    somebody.beforeLook = swap;
    somebody.after = swapBack;

    const read = callTool(root, "read_file", { path: "deep/a.txt" });

    await expect(read).rejects.toThrow("was replaced while it was opened");
  },
);

test("it does not help to replace a file by a link", async () => {
  const { root } = await world();
  somebody.before = async () => {
    await unlink(join(root, "deep/a.txt"));
    await symlink(join(root, "../outside/a.txt"), join(root, "deep/a.txt"));
  };

  const read = callTool(root, "read_file", { path: "deep/a.txt" });

  await expect(read).rejects.toThrow("became one while it was opened");
});

test.skipIf(platform === "win32")(
  "a pipe in the place of a file keeps nobody waiting",
  async () => {
    const { root } = await world();
    somebody.before = async () => {
      await unlink(join(root, "deep/a.txt"));
      makePipe(join(root, "deep/a.txt"));
    };

    const read = callTool(root, "read_file", { path: "deep/a.txt" });

    await expect(read).rejects.toThrow("was replaced while it was opened");
  },
);

test("a folder that is replaced by a link while it is listed is left out", async () => {
  const { root, swap } = await world();
  let opened = 0;
  somebody.before = async () => {
    opened += 1;
    if (opened === 2) await swap();
  };

  const listing = await callTool(root, "list_files", {});

  expect(listing).toEqual({ files: [], notes: ["Folders that cannot be read: 1."] });
});

test("what a replaced folder has is not searched", async () => {
  const { root, swap, swapBack } = await world();
  let opened = 0;
  somebody.before = async () => {
    opened += 1;
    if (opened === 2) await swap();
  };
  somebody.after = async () => {
    if (opened === 2) await swapBack();
  };

  const found = await callTool(root, "search", { text: "secret" });

  expect(JSON.stringify(found)).not.toContain("The secret");
});
