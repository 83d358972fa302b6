import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("..", import.meta.url));

/** What this repository's tools read of a package.json. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
}

/** A package that goes to the registry. */
export interface PublishedPackage {
  /** Of its folder. */
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest;
}

/** All packages that go to the registry: those under packages/ that are not private. */
export function publishedPackages(repository: string = root): readonly PublishedPackage[] {
  const packages = join(repository, "packages");
  return readdirSync(packages, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const folder = join(packages, name);
      const text = readFileSync(join(folder, "package.json"), "utf8");
      return { name, folder, manifest: JSON.parse(text) as Manifest };
    })
    .filter(({ manifest }) => manifest.private !== true);
}
