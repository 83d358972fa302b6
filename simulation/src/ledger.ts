import type { Chronicle } from "./chronicle.ts";
import type { Life } from "./life.ts";
import { limits } from "./limits.ts";
import { textOf } from "./records.ts";
import type { Claim, Told } from "./told.ts";
import { Violation } from "./violation.ts";

/** What user code sees of its run's state. */
export interface Seen {
  readonly messages?: readonly unknown[];
  readonly outputs?: readonly unknown[];
  /** Whether something may have been saved since the resume: an agent's tools run before its model is asked. */
  readonly mayHaveGrown?: boolean;
}

/** One drive of a run, as its user code tells of it. */
interface Drive {
  readonly life: Life;
  readonly told: Told;
  readonly claim: Claim;
  isResumeChecked: boolean;
}

/** Where user code is, and whether it may be there. */
export class Ledger {
  readonly #chronicle: Chronicle;
  readonly #now: () => number;
  readonly #report: (violation: Violation) => void;
  /**
   * Whether two owners must never believe in one run: clocks are right, nobody stands still or guesses wrong, and no late
   * heartbeat has brought an older end of a lease back.
   */
  readonly #isStrict: () => boolean;
  /** By the signal of a drive, the drive; `undefined` for one without a record. */
  readonly #drives = new WeakMap<AbortSignal, Drive | undefined>();

  constructor(
    chronicle: Chronicle,
    now: () => number,
    report: (violation: Violation) => void,
    isStrict: () => boolean,
  ) {
    this.#chronicle = chronicle;
    this.#now = now;
    this.#report = report;
    this.#isStrict = isStrict;
  }

  /** User code runs: at its beginning, and again after each wait. */
  step(life: Life, id: string, signal: AbortSignal, seen?: Seen): void {
    const drive = this.#driveOf(life, id, signal);
    if (drive === undefined || signal.aborted) return;
    this.#checkAlone(drive, id);
    if (seen === undefined) return;
    if (!drive.isResumeChecked) this.#checkResume(drive, id, seen);
    if (drive.isResumeChecked || seen.mayHaveGrown === true) this.#checkSaved(drive, id, seen);
    drive.isResumeChecked = true;
  }

  /** A tool runs, whose signal is its own. */
  touch(life: Life, id: string): void {
    const driven = this.#chronicle.driven(life.name, id);
    const claim = driven?.told.claims.get(driven.generation);
    if (claim !== undefined) claim.droveAt ??= this.#now();
  }

  #driveOf(life: Life, id: string, signal: AbortSignal): Drive | undefined {
    if (this.#drives.has(signal)) return this.#drives.get(signal);
    const drive = this.#enter(life, id);
    this.#drives.set(signal, drive);
    return drive;
  }

  #enter(life: Life, id: string): Drive | undefined {
    if (life.undurable.delete(id)) return undefined;
    const driven = this.#chronicle.driven(life.name, id);
    const claim = driven?.told.claims.get(driven.generation);
    if (driven === undefined || claim === undefined) {
      this.#report(new Violation("k", `${life.name} drives "${id}" and has never claimed it.`));
      return undefined;
    }
    if (driven.told.isGhost) {
      this.#report(new Violation("k", `${life.name} drives "${id}", which was removed before.`));
    }
    if (claim.cancelAsked) {
      this.#report(new Violation("k", `${life.name} drives "${id}", which was cancelled before.`));
    }
    claim.droveAt ??= this.#now();
    return { life, told: driven.told, claim, isResumeChecked: false };
  }

  /** (k) An owner that has lost its run learns of it by its next heartbeat, or when its lease is over. */
  #checkAlone({ told, claim, life }: Drive, id: string): void {
    const newer = told.claims.get(told.generation);
    if (newer === undefined || newer.generation <= claim.generation) return;
    if (newer.droveAt === undefined) return;
    const since = Math.max(newer.droveAt, life.stalledUntil);
    // A heartbeat comes every third of a lease; if its calls fail, the lease lapses.
    const isWell = this.#now() - life.badAt > limits.leaseMs;
    const believes = isWell ? limits.leaseMs / 2 : limits.leaseMs + limits.callTimeoutMs;
    const bound = this.#isStrict() ? 0 : believes;
    const overlap = this.#now() - since;
    if (overlap < bound) return;
    this.#report(
      new Violation(
        "k",
        `${life.name} drives "${id}" with generation ${claim.generation}, ${Math.round(overlap)} ms after ${newer.by} did with ${newer.generation}.`,
      ),
    );
  }

  /** (c), (g) A resume is what the journal had when the run was claimed. */
  #checkResume({ told, claim }: Drive, id: string, seen: Seen): void {
    const { messages, outputs } = claim.has;
    const seenMessages =
      seen.mayHaveGrown === true ? seen.messages?.slice(0, messages) : seen.messages;
    this.#compare("messages", id, told.messages.slice(0, messages), seenMessages);
    this.#compare("outputs", id, told.outputs.slice(0, outputs), seen.outputs);
  }

  /** (c) What was saved before this phase or turn began is in the journal. */
  #checkSaved({ told, claim, life }: Drive, id: string, seen: Seen): void {
    if (told.generation !== claim.generation || told.isRemoved || life.unsaved.has(id)) return;
    this.#compare("messages", id, told.messages, seen.messages);
    this.#compare("outputs", id, told.outputs, seen.outputs);
  }

  #compare(
    what: string,
    id: string,
    wanted: readonly string[],
    found: readonly unknown[] | undefined,
  ): void {
    if (found === undefined) return;
    const same =
      wanted.length === found.length && found.every((each, at) => textOf(each) === wanted[at]);
    if (same) return;
    this.#report(
      new Violation(
        "c",
        `The journal of "${id}" has ${wanted.length} ${what} (${wanted.join(", ").slice(0, 300)}), the run goes on with ${found.length} (${found.map(textOf).join(", ").slice(0, 300)}).`,
      ),
    );
  }
}
