import { setTimeout as pause } from "node:timers/promises";
import { defineTool } from "@executus/core";
import type { Tool, ToolContext } from "@executus/core";
import { z } from "zod";
import { findFiles } from "./find-files.ts";
import { oneLine } from "./printable.ts";
import { readText } from "./read-text.ts";
import { quote, Refusal } from "./refusal.ts";
import { search } from "./search.ts";
import type { Secret } from "./secret.ts";

/** What `list_files` gives. */
export interface Listing {
  readonly files: readonly string[];
  readonly notes: readonly string[];
}

/** What `read_file` gives. */
export interface Reading {
  readonly path: string;
  /** Bytes of the whole file. */
  readonly bytes: number;
  readonly text: string;
  /** Where to go on, if that was not all. */
  readonly next?: number;
}

const mostListed = 300;
const mostRead = 16_000;

const path = z.string().max(1_000);
const folder = path.default(".").describe('A folder in it. Left out: "."');

/** What the tools of a folder need. */
export interface FolderToolsOptions {
  /** As `realpath` gives it. */
  readonly root: string;
  /** How long each call waits before it begins, so that one can look on. */
  readonly pauseMs: number;
  /** A file may have the key in it. */
  readonly secret: Secret;
  /** Tells what is called. */
  readonly say: (line: string) => void;
}

/** The tools that an agent has over a folder, and over nothing else. */
export function folderTools({
  root,
  pauseMs,
  secret,
  say,
}: FolderToolsOptions): Readonly<Record<string, Tool>> {
  const guarded =
    <Input>(name: string, execute: (input: Input, context: ToolContext) => Promise<object>) =>
    async (input: Input, context: ToolContext): Promise<object> => {
      say(`  ${name} ${oneLine(JSON.stringify(input), 200)}`);
      if (pauseMs > 0) await pause(pauseMs, undefined, { signal: context.signal });
      return secret.inValue(await execute(input, context));
    };

  return {
    list_files: defineTool({
      description: "Lists the files of the folder, and of the folders in it.",
      inputSchema: z.object({ folder }),
      execute: guarded("list_files", async (input, { signal }): Promise<Listing> => {
        const { paths, notes } = await findFiles(root, input.folder, signal);
        if (paths.length <= mostListed) return { files: paths, notes };
        const more = `These are the first ${mostListed} of ${paths.length} files: name a folder, or search.`;
        return { files: paths.slice(0, mostListed), notes: [more, ...notes] };
      }),
    }),

    search: defineTool({
      description:
        "Finds the lines of files that have a text in them. It is taken as it is, and is no pattern; upper and lower case are the same.",
      inputSchema: z.object({ text: z.string().min(1).max(200), folder }),
      execute: guarded("search", (input, { signal }) =>
        search(root, input.folder, input.text, signal),
      ),
    }),

    read_file: defineTool({
      description: `Reads at most ${mostRead} bytes of a text file. If there is more, "next" says from where to go on.`,
      inputSchema: z.object({
        path,
        from: z.int().min(0).default(0).describe("The first byte to read. Left out: 0"),
      }),
      execute: guarded("read_file", async (input): Promise<Reading> => {
        const part = await readText(root, input.path, { from: input.from, most: mostRead });
        const { text, to, isLast, size } = part;
        if (text === undefined) throw new Refusal(`${quote(input.path)} is no text in UTF-8.`);
        return { path: input.path, bytes: size, text, ...(!isLast && { next: to }) };
      }),
    }),
  };
}
