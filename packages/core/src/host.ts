import { createHash, randomBytes } from "node:crypto";
import { linkSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Tells processes of one machine apart, so that the lease of one that died here need not be waited for. It is a hint
 * about *when* to claim, like a clock: a wrong one costs a hand-over, never a record.
 */
export interface Host {
  /** This process, in at most 120 characters: the beginning of its owners' names. */
  readonly name: string;
  /** Whether the process that `owner` names ran on this machine and is surely gone. In doubt: `false`. */
  isGone(owner: string): boolean;
}

/** Machine, pid and start time of a process; `mark` or `start` is empty where the system does not tell. */
interface ProcessName {
  readonly mark: string;
  readonly pid: number;
  readonly start: string;
}

function formatName({ mark, pid, start }: ProcessName): string {
  return `${mark}:${pid}:${start}`;
}

function parseName(owner: string): ProcessName | undefined {
  const [mark, pid, start] = owner.split(":");
  if (mark === undefined || mark === "" || pid === undefined || start === undefined) return;
  if (!/^[1-9]\d{0,9}$/.test(pid)) return;
  return { mark, pid: Number(pid), start };
}

/** What a read gives, or `undefined` where this system has no such thing or does not let us look. */
function lookAt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** State and start time (in ticks since boot) of a process, on Linux. */
function processStat(pid: number): { state: string; start: string } | undefined {
  const stat = lookAt(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  if (stat === undefined) return undefined;
  // The second field is the command in parentheses, and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0], fields[19]];
  return state === undefined || start === undefined ? undefined : { state, start };
}

/** A random id, made once per user in the temporary folder of this machine. */
function machineId(): string | undefined {
  const user = process.getuid?.() ?? "user";
  const file = join(tmpdir(), `executus-machine-${user}`);
  const read = (): string | undefined => {
    const id = lookAt(() => readFileSync(file, "latin1"));
    return id !== undefined && /^[0-9a-f]{32}$/.test(id) ? id : undefined;
  };
  const known = read();
  if (known !== undefined) return known;
  // Written aside and linked into place, so that nobody ever reads half an id, and the first one stays.
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  lookAt(() => {
    writeFileSync(draft, randomBytes(16).toString("hex"), { flag: "wx", mode: 0o644 });
    linkSync(draft, file);
    return "";
  });
  lookAt(() => {
    rmSync(draft, { force: true });
    return "";
  });
  return read();
}

/** Names this machine as far as pids mean the same on it: containers share a kernel, but not their pids. */
function machineMark(): string {
  const id = machineId();
  if (id === undefined) return "";
  const boot = lookAt(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1")) ?? "";
  const pids = lookAt(() => readlinkSync("/proc/self/ns/pid")) ?? "";
  return createHash("sha256").update(`${id}\n${boot}\n${pids}`).digest("hex").slice(0, 24);
}

function isGone(here: ProcessName, owner: string): boolean {
  const there = parseName(owner);
  if (there === undefined || there.mark !== here.mark) return false;
  try {
    process.kill(there.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const stat = processStat(there.pid);
  if (stat === undefined) return false;
  return (
    stat.state === "Z" || stat.state === "X" || (there.start !== "" && stat.start !== there.start)
  );
}

/** This process. It is looked at when first needed: importing the package reads no files. */
export const systemHost: Host = {
  get name() {
    return formatName(self());
  },
  isGone: (owner) => self().mark !== "" && isGone(self(), owner),
};

let known: ProcessName | undefined;

function self(): ProcessName {
  known ??= {
    mark: machineMark(),
    pid: process.pid,
    start: processStat(process.pid)?.start ?? "",
  };
  return known;
}
