// Publishes the last commit to a registry on this machine, as a release would, installs from there, and runs a program.
import { rmSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deepEqual } from "node:assert/strict";
import { execute, killWhen, npm } from "./commands.ts";
import { startRegistry } from "./local-registry.ts";
import { publishedPackages, root } from "./published-packages.ts";

const folder = await mkdtemp(join(tmpdir(), "executus-rehearsal-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));

function say(what: string): void {
  console.log(`\n== ${what}`);
}

/** A clone of the last commit, with its versions raised as its changesets say: all that a release changes is in there. */
async function prepare(): Promise<string> {
  const checkout = join(folder, "checkout");
  say("Clone the last commit, install, raise versions, build");
  const cloned = await execute("git", ["clone", "--quiet", root, checkout], { cwd: folder });
  if (cloned.code !== 0) throw new Error(cloned.output);
  await npm(["ci", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: checkout });
  await npm(["run", "version"], { cwd: checkout });
  const changed = await execute("git", ["diff", "--stat"], { cwd: checkout });
  console.log(changed.stdout.trimEnd());
  await npm(["run", "build"], { cwd: checkout });
  return checkout;
}

/** Provenance is made from an identity token, which only hosted CI has. */
async function withoutProvenance(checkout: string): Promise<void> {
  for (const { folder: path } of publishedPackages(checkout)) {
    const file = join(path, "package.json");
    const manifest = JSON.parse(await readFile(file, "utf8")) as { publishConfig?: object };
    await writeFile(
      file,
      JSON.stringify({
        ...manifest,
        publishConfig: { ...manifest.publishConfig, provenance: false },
      }),
    );
  }
}

/** What makes every npm that is started with it use this registry for everything, whatever the user's settings are. */
async function settingsFor(url: string): Promise<NodeJS.ProcessEnv> {
  const userconfig = join(folder, "npmrc");
  // Nobody is asked for the token, but npm publishes nothing without one.
  const token = `${url.replace(/^http:/, "")}:_authToken=rehearsal`;
  await writeFile(userconfig, `registry=${url}\n@executus:registry=${url}\n${token}\n`);
  return {
    ...process.env,
    npm_config_userconfig: userconfig,
    npm_config_registry: url,
    npm_config_cache: join(folder, "cache"),
    npm_config_update_notifier: "false",
    // Nothing that moves.
    CI: "true",
    // Tags in the clone are somebody's.
    GIT_COMMITTER_NAME: "Rehearsal",
    GIT_COMMITTER_EMAIL: "rehearsal@localhost",
  };
}

/** Installs in an empty project what was published, and runs a program that is killed in the middle. */
async function use(checkout: string, env: NodeJS.ProcessEnv): Promise<void> {
  const project = join(folder, "project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  say("Install it in an empty project");
  const names = publishedPackages(checkout).map(({ manifest }) => manifest.name);
  await npm(["install", "--no-audit", "--no-fund", ...names], { cwd: project, env });
  const { stdout } = await npm(["ls", "--depth=0"], { cwd: project, env });
  console.log(stdout.trim());

  say("Run a program on SQLite, kill it with SIGKILL in the middle, run it again");
  await cp(join(checkout, "tests/consumer/app/killed.ts"), join(project, "killed.ts"));
  const args = ["--no-warnings", "killed.ts", "runs.sqlite", "notes.txt"];
  await killWhen("in the middle", process.execPath, args, { cwd: project });
  const second = await execute(process.execPath, args, { cwd: project });
  if (second.code !== 0) throw new Error(second.output);
  console.log(second.stdout.trim());
  const phases = (await readFile(join(project, "notes.txt"), "utf8")).trim().split("\n");
  deepEqual(phases, ["one/1", "two/1", "three/1", "three/2", "four/2"]);
}

async function rehearse(): Promise<void> {
  const checkout = await prepare();
  await withoutProvenance(checkout);
  await using registry = await startRegistry(join(folder, "registry"));
  const env = await settingsFor(registry.url);
  say(`Publish to ${registry.url}, without provenance: only hosted CI has the identity for it`);
  await npm(["exec", "--", "changeset", "publish"], { cwd: checkout, env, show: true });
  await use(checkout, env);
}

try {
  await rehearse();
  console.log("\nThe rehearsal went well.");
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
