import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { corpus } from "./corpus.ts";
import { endOf, folderWith, isRunning, runProgram, startProgram } from "./support.ts";

const program = "src/start.ts";

test("in a pipe it says in plain lines what ran, what was killed and skipped, and where the report is", async () => {
  const folder = await folderWith(corpus);
  const report = join(folder, "digest.md");

  const { out, errors, code } = await runProgram(program, folder, "--report", report);

  expect(errors).toBe("");
  expect(out.replaceAll(/(process|the run) \d+/g, "$1 N").split("\n")).toEqual([
    `Digest of 2 texts in ${folder}`,
    "Phases: collect, rank, check, write, check. What a phase returns is saved when it ends.",
    'The process is killed in the middle of "rank", and started again.',
    "",
    "Attempt 1, process N",
    "  collect  done     2 of 2",
    "  rank     killed   1 of 2        by SIGKILL, in the middle of the phase",
    "",
    "Attempt 2, process N",
    "  collect  skipped                its output was saved in attempt 1",
    "  rank     done     2 of 2        again, from its start",
    "  check    done     2 of 2",
    "  write    done     2 of 2",
    "  check    done     2 of 2",
    "",
    "  phase     attempt 1        attempt 2",
    "  collect   done, 2 of 2     skipped",
    "  rank      killed, 1 of 2   done, 2 of 2",
    "  check     not reached      done, 2 of 2",
    "  write     not reached      done, 2 of 2",
    "  check     not reached      done, 2 of 2",
    "",
    "The second process had the run N ms after the kill.",
    "The report quotes 6 sentences of 2 documents:",
    report,
    "",
  ]);
  expect(code).toBe(0);
  expect(await readFile(report, "utf8")).toContain("\n## ships/sails.txt\n");
});

test("one document is enough", async () => {
  const folder = await folderWith({ "one.md": "# One\n\nIt is the only sentence of this text." });

  const { out, code } = await runProgram(program, folder, "--report", join(folder, "digest.md"));

  expect(out).toContain("rank      killed, 0 of 1   done, 1 of 1\n");
  expect(code).toBe(0);
});

test.each([
  [
    "a folder that does not exist",
    ["missing"],
    /^Cannot read the folder ".*": it does not exist\.$/,
  ],
  ["a file", ["file/a.md"], /^".*" is no folder\. Give the folder that it is in\.$/],
  ["a folder without text", ["empty"], /^There is no text \(\.md, \.txt\) in ".*"\.$/],
  ["a folder of binaries", ["binary"], /^There is no readable text .* in ".*"\.$/],
  ["two folders", ["file", "empty"], /^There is more than one folder\. Usage: .*$/],
  ["an unknown option", ["--colour"], /^Unknown option '--colour'\. Usage: .*$/],
])("%s is said in one line, with exit code 1", async (_, [name = "", ...more], said) => {
  const folder = await folderWith({ "file/a.md": "A.", "empty/x.js": "x", "binary/x.md": "\0" });
  const given = name.startsWith("--") ? name : join(folder, name);

  const { errors, code } = await runProgram(program, given, ...more);

  expect(errors.trimEnd()).toMatch(said);
  expect(code).toBe(1);
});

test("a report that cannot be written fails the phase that writes it", async () => {
  const folder = await folderWith(corpus);

  const { out, errors, code } = await runProgram(program, folder, "--report", folder);

  expect(out).toContain("  write    failed   2 of 2\n");
  expect(errors.trimEnd()).toMatch(/^Cannot write the report ".*": .*\.$/);
  expect(code).toBe(1);
});

// Windows ends a process without asking it, whatever the signal.
test.each(
  process.platform === "win32" ? ["SIGKILL" as const] : (["SIGINT", "SIGTERM", "SIGKILL"] as const),
)("%s leaves no job behind", async (signal) => {
  const folder = await folderWith(corpus);
  // Killed, it cannot tidy up after itself.
  for (const name of ["TMPDIR", "TEMP"]) vi.stubEnv(name, folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const child = startProgram(program, folder, "--report", join(folder, "digest.md"));
  const end = endOf(child);
  const pid = await new Promise<number>((resolve) => {
    let out = "";
    child.stdout?.on("data", (chunk: string) => {
      out += chunk;
      const job = /Attempt 1, process (\d+)\n/.exec(out)?.[1];
      if (job !== undefined) resolve(Number(job));
    });
  });

  child.kill(signal);

  const { code } = await end;
  if (signal !== "SIGKILL") expect(code).toBe(signal === "SIGINT" ? 130 : 143);
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 30_000);
});

test("a reader that goes away ends it quietly", async () => {
  const folder = await folderWith(corpus);
  const child = startProgram(program, folder, "--report", join(folder, "digest.md"));
  const end = endOf(child);
  if (child.stdout !== null) await once(child.stdout, "data");
  child.stdout?.destroy();

  expect(await end).toMatchObject({ errors: "", code: 1 });
});
