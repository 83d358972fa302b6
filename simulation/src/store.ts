import { ExecutusError } from "@executus/core";
import type { RunStore } from "@executus/core";
import type { Chance } from "./chance.ts";
import type { Database, RemovalStep } from "./database.ts";
import type { Faults, Verb } from "./faults.ts";
import type { Life } from "./life.ts";
import { limits } from "./limits.ts";
import type { Time } from "./time.ts";

/** What the stores of all processes share. */
export interface Network {
  readonly time: Time;
  readonly chance: Chance;
  readonly database: Database;
  readonly faults: Faults;
  readonly maxRecordBytes: number;
  /** Calls on their way with which something is wrong. */
  strayCalls: number;
  /** Writes a line of the trace, if there is one. */
  tell(who: string, what: () => string): void;
}

/** Records on one page of a reading. */
const pageSize = 3;

/** The store of one process: everything that it asks takes time, and may go wrong on the way. */
export function simulatedStore(network: Network, life: Life): RunStore {
  const { database } = network;
  const by = life.name;
  const ask = <T>(verb: Verb, what: () => string, apply: () => T): Promise<T> =>
    send(network, life, verb, what, [() => apply()]);
  return {
    contract: 1,
    name: "simulated",
    capabilities: { durable: true, multiProcess: true },
    limits: { maxRecordBytes: network.maxRecordBytes },
    open: () =>
      ask(
        "open",
        () => "",
        () => undefined,
      ),
    insertRun: (row) => {
      life.inserting.set(row.id, life.begun.size);
      return ask(
        "insertRun",
        () => row.incarnation,
        () => database.insertRun(row, by),
      );
    },
    updateRun: (ref, patch, guard) =>
      ask(
        "updateRun",
        () =>
          `${ref.incarnation} ${JSON.stringify(patch)} if ${guard.status} ≤ ${guard.maxGeneration}`,
        () => database.updateRun(ref, patch, guard, by),
      ),
    getRun: (id) =>
      ask(
        "getRun",
        () => id,
        () => database.getRun(id),
      ),
    listRuns: (query) => {
      const name = `${by} ${life.calls + 1}`;
      const lagOf = (id: string): number => lag(network, `${name} ${id}`);
      return ask(
        "listRuns",
        () => query.status,
        () => database.listRuns(query, lagOf),
      );
    },
    deleteRun: (ref) => {
      const steps = removalSteps(network.chance, `removal ${by} ${life.calls + 1}`);
      return send(
        network,
        life,
        "deleteRun",
        () => ref.incarnation,
        steps.map((step) => () => database.removalStep(ref, step, by)),
      );
    },
    append: (journal, record) => {
      if (record.type === "begin") life.begun.add(journal);
      return ask(
        "append",
        () => `${journal} ${record.seq}: ${record.type} of ${record.generation} (${record.nonce})`,
        () => database.append(journal, record, by),
      );
    },
    readJournal: async function* readJournal(journal, { fromSeq }) {
      for (let from = fromSeq; ;) {
        const page = await ask(
          "readJournal",
          () => `${journal} from ${from}`,
          () => database.readJournal(journal, from, pageSize),
        );
        yield* page;
        const last = page.at(-1);
        if (last === undefined || page.length < pageSize) return;
        from = last.seq + 1;
      }
    },
    lastRecord: (journal) =>
      ask(
        "lastRecord",
        () => journal,
        () => database.lastRecord(journal),
      ),
    putChunk: (journal, chunk) =>
      ask(
        "putChunk",
        () => `${journal} ${chunk.nonce} ${chunk.index}`,
        () => database.putChunk(journal, chunk),
      ),
    readChunks: async function* readChunks(journal, nonce) {
      yield* await ask(
        "readChunks",
        () => nonce,
        () => database.readChunks(journal, nonce),
      );
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A listing lags behind by some seconds, row by row. */
function lag({ chance, faults }: Network, name: string): number {
  return faults.isCalm || chance.is(`lags ${name}`, 0.7) ? 0 : chance.time(`lag ${name}`, 1, 9_000);
}

function removalSteps(chance: Chance, name: string): readonly RemovalStep[] {
  return chance.pick<readonly RemovalStep[]>(name, [
    [2, ["journal", "row"]],
    [1, ["front", "journal", "row"]],
    [1, ["back", "journal", "row"]],
  ]);
}

/** Sends one call. Its steps are applied one after the other; it is answered after the last. */
function send<T>(
  network: Network,
  life: Life,
  verb: Verb,
  what: () => string,
  steps: readonly (() => T)[],
): Promise<T> {
  const { time, chance, faults } = network;
  life.calls += 1;
  const name = `${life.name} ${life.calls}`;
  const fate = faults.fateOf(name, verb, time.now);
  const { appliedAfter, answeredAfter, answer, death, fault } = fate;
  const number = life.calls;
  const tell = (happened: () => string): void =>
    network.tell(life.name, () => `${verb} ${what()} [${number}] ${happened()}`);
  return new Promise<T>((resolve, reject) => {
    if (fault !== undefined) tell(() => fault);
    if (fault !== undefined && verb === "updateRun") life.rowBadAt = time.now;
    if (death === "before") return life.die("dies");
    let result: T;
    const apply = (at: number): void => {
      // A removal in several steps is its sender's work, or the database's.
      if (at > 0 && life.isGone && chance.is(`cut off ${name}`, 0.5)) return;
      if (at > 0 && answer === "error" && chance.is(`breaks off ${name} ${at}`, 0.5)) return;
      result = (steps[at] as () => T)();
      tell(() => `→ ${show(result)}`);
      if (death === "after") life.die("dies");
      if (at + 1 < steps.length) {
        const gap = chance.time(`gap ${name} ${at}`, 1, faults.isCalm ? 10 : 300);
        time.after(gap, () => apply(at + 1));
      } else if (answer === "result" && answeredAfter !== undefined && appliedAfter !== undefined) {
        life.after(answeredAfter - appliedAfter, () => resolve(result));
      }
    };
    if (appliedAfter === undefined) {
      // It never arrives.
    } else if (fault === undefined) {
      time.after(appliedAfter, () => apply(0));
    } else {
      network.strayCalls += 1;
      time.after(appliedAfter, () => {
        network.strayCalls -= 1;
        apply(0);
      });
    }
    if (answer === "result") {
      if (fault !== undefined) life.badAt = time.now + limits.callTimeoutMs;
      return;
    }
    life.badAt = time.now + limits.callTimeoutMs;
    life.after(answeredAfter ?? 0, () => {
      if (answer === "refusal") life.refusedAt = time.now;
      reject(errorOf(answer));
    });
  });
}

function errorOf(answer: "error" | "refusal"): Error {
  return answer === "error"
    ? new Error("The connection was lost.")
    : new ExecutusError("EXECUTUS_STORE_MISCONFIGURED", "The password is wrong.");
}

function show(result: unknown): string {
  if (result === undefined) return "nothing";
  if (typeof result !== "object" || result === null) return String(result);
  if (Array.isArray(result)) return result.map((each) => show(each)).join(", ") || "none";
  const value = result as Readonly<Record<string, unknown>>;
  if ("runs" in value) return show(value["runs"]);
  if ("nonce" in value && "type" in value) {
    return `${String(value["seq"])}: ${String(value["type"])} of ${String(value["generation"])}`;
  }
  if ("status" in value) {
    return `${String(value["incarnation"])} ${String(value["status"])} ${String(value["generation"])} "${String(value["owner"])}" due ${String(value["dueAt"])}`;
  }
  return "something";
}
