import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { npm } from "../../tools/commands.ts";
import { publishedPackages, root } from "../../tools/published-packages.ts";

/** A package as it would be published. */
export interface Pack {
  readonly name: string;
  readonly folder: string;
  /** The tarball. */
  readonly file: string;
  /** What is in it. */
  readonly paths: readonly string[];
}

interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Builds all packages, and packs them. */
export async function packAll(destination: string): Promise<readonly Pack[]> {
  await npm(["run", "build"], { cwd: root });
  const published = publishedPackages();
  const names = published.map(({ manifest }) => `--workspace=${manifest.name}`);
  const packed = await pack(root, destination, names);
  return published.map(({ folder, manifest: { name } }) => {
    const found = packed.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`"${name}" was not packed.`);
    const paths = found.files.map(({ path }) => path);
    return { name, folder, file: join(destination, found.filename), paths };
  });
}

/** Packs a package once more, as if it were of another version. */
export async function packAs(
  version: string,
  { folder, paths }: Pack,
  destination: string,
): Promise<string> {
  const copy = join(destination, version);
  for (const path of paths) await cp(join(folder, path), join(copy, path));
  const manifest = JSON.parse(await readFile(join(copy, "package.json"), "utf8")) as object;
  await writeFile(join(copy, "package.json"), JSON.stringify({ ...manifest, version }));
  const [packed] = await pack(copy, destination);
  return join(destination, packed?.filename ?? "");
}

async function pack(
  cwd: string,
  destination: string,
  more: readonly string[] = [],
): Promise<readonly Packed[]> {
  const { stdout } = await npm(["pack", "--json", "--pack-destination", destination, ...more], {
    cwd,
  });
  return JSON.parse(stdout) as readonly Packed[];
}
