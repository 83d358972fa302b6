// Publishes, with provenance, all packages whose versions the registry does not have yet. With --dry-run: all but that.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npm } from "./commands.ts";
import { root } from "./published-packages.ts";

/** What `changeset publish-plan` writes of a package. */
interface Release {
  readonly kind: "publish" | "tag-only";
  readonly name: string;
  readonly version: string;
  readonly access: string;
  readonly tag: string;
}

/** What `npm publish --json` tells about one. */
interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly unknown[];
}

/** Why nothing can be published from here, now. */
function obstacles(): readonly string[] {
  const found: string[] = [];
  const changesets = readdirSync(join(root, ".changeset")).filter(
    (name) => name.endsWith(".md") && name !== "README.md",
  );
  if (changesets.length > 0) {
    found.push(
      `Changesets without a version: ${changesets.join(", ")}. Run "npm run version", and commit what it changes.`,
    );
  }
  if (process.env["ACTIONS_ID_TOKEN_REQUEST_URL"] === undefined) {
    found.push(
      'No identity token, which provenance is made from: only hosted CI has one. Run the workflow "Release" (.github/workflows/release.yml).',
    );
  }
  return found;
}

async function step(title: string, ...args: readonly string[]): Promise<void> {
  console.log(`\n== ${title}: npm ${args.join(" ")}`);
  await npm(args, { cwd: root, show: true, timeoutMs: 3_600_000 });
}

/** What would be published, and in which order. */
async function plan(): Promise<readonly Release[]> {
  const folder = mkdtempSync(join(tmpdir(), "executus-release-"));
  try {
    const file = join(folder, "plan.json");
    await npm(["exec", "--", "changeset", "publish-plan", "--output", file], { cwd: root });
    const { plan: groups } = JSON.parse(readFileSync(file, "utf8")) as {
      readonly plan: readonly (readonly Release[])[];
    };
    return groups.flat().filter(({ kind }) => kind === "publish");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One line about a package, from a publication that stops before the registry. */
async function describe({ name, version, access, tag }: Release): Promise<string> {
  const args = ["publish", "--dry-run", "--json", `--access=${access}`, `--tag=${tag}`];
  const { stdout } = await npm([...args, `--workspace=${name}`], { cwd: root });
  const packed = (JSON.parse(stdout) as Readonly<Record<string, Packed>>)[name];
  if (packed === undefined) throw new Error(`npm did not pack "${name}".`);
  return `${name}@${version}: ${packed.files.length} files, ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked, ${access}, tag "${tag}"`;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}

async function release(dryRun: boolean): Promise<void> {
  const found = obstacles();
  if (found.length > 0 && !dryRun) {
    throw new Error(`Nothing was published.\n${found.join("\n")}`);
  }

  await step("Build", "run", "build");
  await step("Check", "run", "check");
  await step("Test", "test");

  if (!dryRun) {
    await step("Publish", "exec", "--", "changeset", "publish");
    return;
  }
  console.log("\n== Would be published, with provenance");
  const releases = await plan();
  for (const one of releases) console.log(await describe(one));
  if (releases.length === 0) console.log("Nothing: the registry has all of these versions.");
  if (found.length > 0) console.log(`\n== Would be refused here and now\n${found.join("\n")}`);
  console.log("\nDry run: nothing was published.");
}

const [option, ...more] = process.argv.slice(2);
if ((option !== undefined && option !== "--dry-run") || more.length > 0) {
  console.error('Usage: "npm run release", or "npm run release -- --dry-run".');
  process.exitCode = 2;
} else {
  try {
    await release(option === "--dry-run");
  } catch (error) {
    console.error(`\n${(error as Error).message}`);
    process.exitCode = 1;
  }
}
