import { readdirSync, readFileSync } from "node:fs";
import { basename, join, posix, relative } from "node:path";
import { expect, test } from "vitest";
import { publishedPackages, root } from "../../../tools/published-packages.ts";
import type { Pack } from "../packs.ts";
import type { World } from "../world.ts";

interface Manifest {
  readonly version: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What each packed package holds, and what its package.json says. */
export function packedFiles(world: () => World): void {
  const names = publishedPackages().map(({ manifest }) => manifest.name);

  test.for(names)("%s holds its sources, what is built of them, and nothing else", (name) => {
    const { folder, paths } = packOf(world(), name);
    // It is loaded as one file, which takes a third of the time.
    const isOne = name === "@executus/core";

    const sources = filesOf(join(folder, "src"))
      .filter((path) => path.endsWith(".ts"))
      .map((path) => path.slice(0, -3));
    const code = (isOne ? ["index"] : sources).flatMap((path) => [`${path}.js`, `${path}.js.map`]);
    const types = sources.flatMap((path) => [`${path}.d.ts`, `${path}.d.ts.map`]);
    const made = [
      ...sources.map((path) => `src/${path}.ts`),
      ...[...code, ...types].map((path) => `dist/${path}`),
    ];

    expect(paths.toSorted()).toEqual([...made, "LICENSE", "README.md", "package.json"].toSorted());
    expect(paths.filter((path) => /(^|\/)tests?\/|\.(test|spec)\.|tsbuildinfo/.test(path))).toEqual(
      [],
    );
  });

  test.for(names)("%s has source maps that lead to sources in it", (name) => {
    const { installed, paths } = packOf(world(), name);

    const targets = paths
      .filter((path) => path.endsWith(".map"))
      .flatMap((path) => {
        const map = JSON.parse(readFileSync(join(installed, path), "utf8")) as {
          readonly sources: readonly string[];
        };
        return map.sources.map((source) => posix.join(posix.dirname(path), source));
      });

    expect(targets.filter((target) => !paths.includes(target))).toEqual([]);
  });

  test.for(names)("%s says in package.json what it is and needs", (name) => {
    const { folder, installed } = packOf(world(), name);
    const manifest = manifestOf(installed);

    expect(manifest).toMatchObject({
      type: "module",
      license: "MIT",
      sideEffects: false,
      engines: { node: ">=22.13" },
      files: ["dist", "src"],
      exports: {
        ".": {
          "@executus/source": "./src/index.ts",
          types: "./dist/index.d.ts",
          default: "./dist/index.js",
        },
        "./package.json": "./package.json",
      },
      publishConfig: { access: "public", provenance: true },
      repository: {
        type: "git",
        url: "git+https://github.com/executus/executus.git",
        directory: `packages/${basename(folder)}`,
      },
      description: expect.stringMatching(/\S/),
    });
    expect(readFileSync(join(installed, "LICENSE"), "utf8")).toBe(
      readFileSync(join(root, "LICENSE"), "utf8"),
    );
    // Nothing runs when it is installed.
    expect(Object.keys(manifest.scripts ?? {}).filter((it) => /install|prepare/.test(it))).toEqual(
      [],
    );
  });

  test.for(names.filter((name) => name !== "@executus/core"))(
    "%s has the core of its own version as a peer, and as nothing else",
    (name) => {
      const { version, ...manifest } = manifestOf(packOf(world(), name).installed);

      expect(manifest.peerDependencies?.["@executus/core"]).toBe(`^${version}`);
      expect(manifest.dependencies?.["@executus/core"]).toBeUndefined();
    },
  );
}

function packOf({ packs, project }: World, name: string): Pack & { readonly installed: string } {
  const pack = packs.find((candidate) => candidate.name === name);
  if (pack === undefined) throw new Error(`"${name}" was not packed.`);
  return { ...pack, installed: join(project, "node_modules", name) };
}

function manifestOf(installed: string): Manifest {
  return JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Manifest;
}

/** Paths of all files in a folder, with slashes. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}
