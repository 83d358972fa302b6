import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../docs/pages.ts";

const pages = globSync(["*.md", "docs/**/*.md", "packages/*/README.md", "examples/*/README.md"], {
  cwd: root,
})
  .filter((page) => !page.startsWith("docs/api/"))
  .toSorted();

/** Links and pictures of a page that stay in the repository. */
function linksOf(text: string): string[] {
  const withoutCode = text.replaceAll(/^```[^]*?^```/gm, "");
  const found = [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return found.filter((target) => !/^[a-z]+:/.test(target));
}

/** The names that headings can be linked by, as the usual sites make them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("links", () => {
  for (const page of pages) {
    test(`of ${page} lead somewhere`, () => {
      const text = readFileSync(join(root, page), "utf8");

      const broken = linksOf(text).filter((link) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? join(root, page) : join(root, dirname(page), path);
        if (!existsSync(target)) return true;
        if (anchor === undefined) return false;
        return !anchorsOf(readFileSync(target, "utf8")).includes(anchor);
      });

      expect(broken).toEqual([]);
    });
  }
});
