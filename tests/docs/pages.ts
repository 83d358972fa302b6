import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { examplesOf, tsdocExamplesOf } from "./examples.ts";
import type { Example } from "./examples.ts";

/** The folder of the repository. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** All pages whose examples must hold. */
const pages: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "AGENTS.md",
  ...globSync(["docs/**/*.md", "packages/*/README.md", "examples/*/README.md"], { cwd: root })
    .filter((page) => !page.startsWith("docs/api/"))
    .toSorted(),
];

/** The examples of the pages, and those of the sources of published packages. */
export function allExamples(): Example[] {
  const sources = globSync("packages/*/src/**/*.ts", { cwd: root }).toSorted();
  return [
    ...pages.flatMap((page) => examplesOf(page, read(page))),
    ...sources.flatMap((source) => tsdocExamplesOf(source, read(source))),
  ];
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}
