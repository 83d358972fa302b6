import type { JournalRecord, RunRow } from "@executus/core";
import type { Witness } from "./database.ts";
import type { Life } from "./life.ts";
import { limits } from "./limits.ts";
import { controlOf, payloadOf } from "./records.ts";
import type { ReadChunks } from "./records.ts";
import { Told } from "./told.ts";
import type { Claim, Status } from "./told.ts";
import { Violation } from "./violation.ts";

/** How a run was, from one change on. */
export interface Moment {
  readonly status: Status | "missing" | "ghost";
  readonly incarnation: string | undefined;
  readonly cancelAsked: boolean;
  readonly output: string | undefined;
}

/** What the chronicle asks of the world. */
export interface Scene {
  now(): number;
  life(name: string): Life | undefined;
  row(id: string): RunRow | undefined;
  readonly readChunks: ReadChunks;
  report(violation: Violation): void;
}

const missing: Moment = {
  status: "missing",
  incarnation: undefined,
  cancelAsked: false,
  output: undefined,
};

/** Watches every change of the database, and sees to it that the invariants hold. */
export class Chronicle implements Witness {
  readonly #scene: Scene;
  readonly #journals = new Map<string, Told>();
  readonly #moments = new Map<string, Moment[]>();
  /** The last begin or claim of a process for an id: what it drives, if it drives it. */
  readonly #driven = new Map<string, { readonly told: Told; readonly generation: number }>();

  /** Of those, whoever has driven one id more than once: it is not known of which drive it tells. */
  readonly #drivenAgain = new Set<string>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  told(incarnation: string): Told | undefined {
    return this.#journals.get(incarnation);
  }

  driven(
    life: string,
    id: string,
  ): { readonly told: Told; readonly generation: number } | undefined {
    return this.#driven.get(`${life} ${id}`);
  }

  /** How a run has been, all along. The last moment is now. */
  momentsOf(id: string): readonly Moment[] {
    return this.#moments.get(id) ?? [missing];
  }

  inserted(row: RunRow, by: string): void {
    const told = this.#journals.get(row.incarnation);
    if (told !== undefined) {
      told.id = row.id;
      told.isGhost = told.isRemoved;
      this.#drives(by, row.id, told, 1);
    }
    this.#note(row.id);
  }

  updated(before: RunRow, after: RunRow, by: string): void {
    const told = this.#journals.get(after.incarnation);
    const { id } = after;
    if (after.generation < before.generation) {
      this.#broken("h", `The row of "${id}" went back to generation ${after.generation}.`);
    }
    if (before.status === "deleting" && after.status !== "deleting") {
      this.#broken("h", `The row of "${id}" was marked for removal, and is ${after.status} again.`);
    }
    if (told !== undefined && !told.isRemoved) {
      this.#checkStatus(told, before, after);
      this.#noteClaim(told, before, after, by);
      if (after.status === "deleting") told.isRemoved = true;
    }
    this.#note(id);
  }

  #checkStatus(told: Told, before: RunRow, after: RunRow): void {
    const { id, status: was } = before;
    const { status: is } = after;
    if (is === "deleting") {
      if (told.status !== "active" || (was !== "active" && !told.isReopenAccepted)) return;
      this.#broken("i", `Run "${id}" goes on, and is marked for removal.`);
    } else if (was === told.status && is !== was && this.#wasTold(told, before)) {
      this.#broken("h", `The row of "${id}" said ${was}, as its journal does, and says ${is} now.`);
    }
  }

  /** Whether the row, or whoever asked for it, knows of the last reopening: until then the end before it may be told. */
  #wasTold({ openedBy, isReopenAccepted }: Told, { generation }: RunRow): boolean {
    return generation >= openedBy || isReopenAccepted;
  }

  #noteClaim(told: Told, before: RunRow, after: RunRow, by: string): void {
    const claim = told.claims.get(after.generation);
    if (claim === undefined || after.generation === before.generation) return;
    if (claim.by !== by) {
      this.#broken(
        "f",
        `${by} wrote generation ${claim.generation} into the row of "${after.id}", which ${claim.by} has claimed.`,
      );
    }
    claim.isTold = true;
  }

  appended(journal: string, record: JournalRecord, by: string): void {
    let told = this.#journals.get(journal);
    if (told === undefined) {
      told = new Told(journal);
      if (record.seq !== 1) told.isRemoved = true;
      this.#journals.set(journal, told);
    }
    if (!told.isRemoved) {
      this.#checkPlace(told, record, by);
      this.#take(told, record, by);
      told.records.push(record);
      told.nonces.add(record.nonce);
    }
    if (told.id !== undefined) this.#note(told.id);
  }

  #checkPlace(told: Told, record: JournalRecord, by: string): void {
    const { last, incarnation, driver } = told;
    const { seq, type, generation, nonce } = record;
    const what = `Record ${seq} of ${incarnation}, ${type} of generation ${generation},`;
    const next = (last?.seq ?? 0) + 1;
    if (seq !== next) this.#broken("a", `${what} stands where ${next} was to come.`);
    if (generation < told.generation) {
      this.#broken("b", `${what} comes after one of generation ${told.generation}.`);
    }
    if (told.nonces.has(nonce)) this.#broken("c", `${what} stands there twice.`);
    if (told.status !== "active" && type !== "reopen") {
      this.#broken("e", `${what} comes after the end.`);
    }
    if (type === "reopen" && told.status !== "failed") {
      this.#broken("e", `${what} opens what has not failed.`);
    }
    if (["save", "complete", "fail", "release"].includes(type)) {
      if (generation !== told.generation || driver !== by) {
        this.#broken("d", `${what} is of ${by}, but ${driver ?? "nobody"} owns the run.`);
      }
    }
    const step = type === "claim" || type === "reopen" ? 1 : 0;
    if (last !== undefined && generation !== last.generation + step) {
      this.#broken("b", `${what} comes after one of generation ${last.generation}.`);
    }
  }

  #take(told: Told, record: JournalRecord, by: string): void {
    const { type, generation } = record;
    switch (type) {
      case "begin":
        this.#takeClaim(told, generation, by);
        break;
      case "claim":
        this.#checkNotWasted(told);
        this.#takeClaim(told, generation, by);
        break;
      case "request":
        told.cancelAsked = true;
        break;
      case "reopen":
        told.status = "active";
        told.cancelAsked = false;
        told.driver = undefined;
        told.isReopenAccepted = false;
        told.openedBy = generation;
        told.marks.push("reopen");
        break;
      default:
        this.#takeProgress(told, record);
    }
  }

  #takeClaim(told: Told, generation: number, by: string): void {
    const claim: Claim = {
      generation,
      by,
      at: this.#scene.now(),
      has: told.counts,
      cancelAsked: told.cancelAsked,
      isTold: generation === 1,
      droveAt: undefined,
    };
    told.driver = by;
    told.claims.set(generation, claim);
    if (generation > 1) told.marks.push(claim);
    if (told.id !== undefined) this.#drives(by, told.id, told, generation);
  }

  #drives(by: string, id: string, told: Told, generation: number): void {
    const key = `${by} ${id}`;
    if (this.#driven.has(key)) this.#drivenAgain.add(key);
    this.#driven.set(key, { told, generation });
    const life = this.#scene.life(by);
    life?.unsaved.delete(id);
    life?.unended.delete(id);
  }

  #takeProgress(told: Told, record: JournalRecord): void {
    const { type, seq } = record;
    const payload = payloadOf(told.incarnation, record, this.#scene.readChunks);
    for (const message of payload.messages) told.messages.push(message);
    for (const { index, output } of payload.outputs) {
      if (index !== told.outputs.length) {
        this.#broken("c", `Record ${seq} of ${told.incarnation} has output ${index} out of turn.`);
      }
      told.outputs.push(output);
    }
    told.turns = payload.turns ?? told.turns;
    if (!payload.isEmpty && type !== "complete" && type !== "fail") told.marks.push("progress");
    if (type === "save") return;
    told.driver = undefined;
    if (type === "release") told.marks.push("release");
    else this.#takeEnd(told, record, payload.result);
  }

  #takeEnd(told: Told, record: JournalRecord, result: string | undefined): void {
    told.status = record.type === "complete" ? "completed" : "failed";
    told.output = record.type === "complete" ? (result ?? told.outputs.at(-1)) : undefined;
    if (controlOf(record)["code"] !== "EXECUTUS_ATTEMPTS_EXHAUSTED") return;
    const { all, withoutProgress } = told.failedAttempts();
    const { maxFailedAttempts, maxFailedAttemptsWithoutProgress } = limits;
    if (all > maxFailedAttempts || withoutProgress > maxFailedAttemptsWithoutProgress) return;
    this.#broken(
      "j",
      `The attempts of ${told.incarnation} are said to be used up, but only ${all} failed, ${withoutProgress} of them without progress.`,
    );
  }

  /** Whoever has told the row of a claim, and lives, drives the run. */
  #checkNotWasted(told: Told): void {
    const claim = told.claims.get(told.generation);
    if (claim === undefined || claim.generation === 1 || told.last?.type !== "claim") return;
    const life = this.#scene.life(claim.by);
    if (!claim.isTold || claim.droveAt !== undefined || life === undefined) return;
    if (life.isGone || life.isClosing) return;
    // It may have given up: the store has refused, or has not answered for too long.
    const gaveUp = life.badAt - claim.at >= limits.beginTimeoutMs / 2;
    if (gaveUp || life.refusedAt >= claim.at) return;
    const quietSince = Math.max(claim.at, life.badAt, life.stalledUntil);
    if (this.#scene.now() - quietSince < limits.leaseMs / 2) return;
    this.#broken(
      "j",
      `${claim.by} lives, has claimed ${told.incarnation} with generation ${claim.generation} and told its row, but does not drive it.`,
    );
  }

  /** An owner stops only if another has its run, it was removed, or the row could not be told for too long. */
  fenced(life: Life, id: string): void {
    const driven = this.driven(life.name, id);
    const row = this.#scene.row(id);
    if (driven === undefined || row === undefined) return;
    if (this.#drivenAgain.has(`${life.name} ${id}`)) return;
    const { told, generation } = driven;
    if (told.isRemoved || told.generation !== generation || told.driver !== life.name) return;
    if (row.incarnation !== told.incarnation) return;
    const mayHaveLapsed = this.#scene.now() - life.rowBadAt < 2 * limits.leaseMs;
    if (mayHaveLapsed || life.stalledUntil > -Infinity) return;
    this.#broken("k", `${life.name} stopped "${id}" as fenced, but nobody else has claimed it.`);
  }

  cut(journal: string, by: string): void {
    const told = this.#journals.get(journal);
    if (told === undefined) return;
    const row = told.id === undefined ? undefined : this.#scene.row(told.id);
    if (!told.isRemoved && row?.incarnation === journal && !this.#isTakenBack(told, by)) {
      this.#broken("i", `The journal of "${row.id}" is cut, but nobody has marked it for removal.`);
    }
    told.isRemoved = true;
  }

  /**
   * Its beginner has been refused, as another run had the id, and takes back what it had put; but one of its insertions was still
   * under way, and came when the other run was gone. Nobody was told of this one.
   */
  #isTakenBack(told: Told, by: string): boolean {
    return !told.isAccepted && told.records.length === 1 && told.claims.get(1)?.by === by;
  }

  removed(row: RunRow, by: string): void {
    const told = this.#journals.get(row.incarnation);
    if (told !== undefined && !told.isRemoved) {
      this.#broken("i", `${by} removes the row of "${row.id}", which nobody has deleted.`);
    }
    this.#note(row.id);
  }

  #note(id: string): void {
    const moments = this.#moments.get(id) ?? [missing];
    const before = moments.at(-1);
    const now = this.#momentOf(id);
    this.#moments.set(id, moments);
    if (
      before?.status === now.status &&
      before.incarnation === now.incarnation &&
      before.cancelAsked === now.cancelAsked &&
      before.output === now.output
    ) {
      return;
    }
    moments.push(now);
  }

  #momentOf(id: string): Moment {
    const row = this.#scene.row(id);
    if (row === undefined || row.status === "deleting") return missing;
    const told = this.#journals.get(row.incarnation);
    if (told === undefined || told.isRemoved) return { ...missing, status: "ghost" };
    const { incarnation, status, cancelAsked, output } = told;
    return { status, incarnation, cancelAsked, output };
  }

  #broken(invariant: string, what: string): void {
    this.#scene.report(new Violation(invariant, what));
  }
}
