import type { RunRow } from "@executus/core";
import { runRow } from "../fixtures.ts";
import { type Fault, ofDatabase, of, ofHandle } from "./fault.ts";

/** Faults of what rows hold, of their ids, and of reading them. */
export const rowFaults: readonly Fault[] = [
  {
    id: "row-status-unknown",
    breaks: "a row that is `deleting` is kept as failed",
    caughtBy: ["run-fields.statuses"],
    make: keptAs((row) => (row.status === "deleting" ? { ...row, status: "failed" } : row)),
  },
  {
    id: "row-numbers-32-bit",
    breaks: "numbers of a row are kept in 32 bits",
    caughtBy: ["run-fields.numbers"],
    make: keptAs((row) => ({ ...row, generation: row.generation | 0 })),
  },
  {
    id: "row-numbers-rounded",
    breaks: "numbers of a row are kept with 15 digits",
    caughtBy: ["run-fields.numbers"],
    make: keptAs((row) => ({ ...row, dueAt: Number(row.dueAt.toPrecision(15)) })),
  },
  {
    id: "row-empty-is-null",
    breaks: "an empty owner comes back as another text",
    caughtBy: ["run-fields.empty"],
    make: keptAs((row) => ({ ...row, owner: row.owner || "null" })),
  },
  {
    id: "row-empty-lost",
    breaks: "an empty code does not come back",
    caughtBy: ["run-fields.empty"],
    make: keptAs((row) => ({ ...row, code: row.code === "" ? (undefined as never) : row.code })),
  },
  {
    id: "row-texts-folded",
    breaks: "the texts of a row come back in small letters",
    caughtBy: ["run-fields.texts"],
    make: keptAs((row) => ({ ...row, version: row.version.toLowerCase() })),
  },
  {
    id: "row-texts-normalised",
    breaks: "the texts of a row come back normalised",
    caughtBy: ["run-fields.texts"],
    make: keptAs((row) => ({ ...row, queue: row.queue.normalize("NFC") })),
  },
  {
    id: "row-texts-trimmed",
    breaks: "space around the texts of a row is lost",
    caughtBy: ["run-fields.texts"],
    make: keptAs((row) => ({ ...row, definition: row.definition.trim() })),
  },
  {
    id: "row-texts-cut",
    breaks: "owners are cut after 128 characters",
    caughtBy: ["run-fields.long"],
    make: keptAs((row) => ({ ...row, owner: row.owner.slice(0, 128) })),
  },
  idsFolded("case", (id) => id.toLowerCase()),
  idsFolded("space", (id) => id.trimEnd()),
  idsFolded("accents", (id) => id.normalize("NFC")),
  idsFolded("compatibility", (id) => id.normalize("NFKC")),
  idsFolded("separators", (id) => id.split("#")[0] ?? ""),
  idsFolded("paths", (id) => id.replace(/^.*\//, "")),
  idsFolded("length", (id) => Buffer.from(id).subarray(0, 500).toString("latin1")),
  idsFolded("escapes", (id) => id.replaceAll("%20", " ")),
  {
    id: "update-by-prefix",
    breaks: "an update also changes runs whose ids begin with that id",
    caughtBy: ["run-ids.updated-apart"],
    make: ofDatabase(
      () => new Map<string, RunRow>(),
      (store, rows) => ({
        insertRun: (row) => store.insertRun(noted(rows, row)),
        async updateRun(ref, patch, guard) {
          for (const row of beginningWith(rows, ref.id)) await store.updateRun(row, patch, guard);
          return store.updateRun(ref, patch, guard);
        },
      }),
    ),
  },
  {
    id: "delete-by-prefix",
    breaks: "a removal also removes runs whose ids begin with that id",
    caughtBy: ["run-ids.removed-apart"],
    make: ofDatabase(
      () => new Map<string, RunRow>(),
      (store, rows) => ({
        insertRun: (row) => store.insertRun(noted(rows, row)),
        async deleteRun(ref) {
          for (const row of beginningWith(rows, ref.id)) await store.deleteRun(row);
          await store.deleteRun(ref);
        },
      }),
    ),
  },
  {
    id: "delete-by-pattern",
    breaks: "a removal takes the id for a pattern: * and % stand for any letters",
    caughtBy: ["run-ids.removed-apart"],
    make: ofDatabase(
      () => new Map<string, RunRow>(),
      (store, rows) => ({
        insertRun: (row) => store.insertRun(noted(rows, row)),
        async deleteRun(ref) {
          for (const row of matching(rows, ref.id)) await store.deleteRun(row);
          await store.deleteRun(ref);
        },
      }),
    ),
  },
  {
    id: "update-by-pattern",
    breaks: "an update takes the id for a pattern: * and % stand for any letters",
    caughtBy: ["run-ids.updated-apart"],
    make: ofDatabase(
      () => new Map<string, RunRow>(),
      (store, rows) => ({
        insertRun: (row) => store.insertRun(noted(rows, row)),
        async updateRun(ref, patch, guard) {
          for (const row of matching(rows, ref.id)) await store.updateRun(row, patch, guard);
          return store.updateRun(ref, patch, guard);
        },
      }),
    ),
  },
  {
    id: "ids-as-properties",
    breaks: "rows are looked up as properties of an object, its prototype's too",
    caughtBy: ["run-ids.reserved"],
    make: ofHandle((store) => ({
      getRun: async (id) => (id in {} ? (Reflect.get({}, id) as RunRow) : store.getRun(id)),
    })),
  },
  {
    id: "get-makes-up",
    breaks: "getRun of an unknown run gives a row",
    caughtBy: ["get-run.unknown"],
    make: ofHandle((store) => ({
      getRun: async (id) => (await store.getRun(id)) ?? runRow({ id }),
    })),
  },
  {
    id: "get-caches",
    breaks: "a handle gives the row that it read before, whatever others wrote since",
    caughtBy: ["get-run.consistent"],
    make: ofHandle((store) => {
      const cache = new Map<string, Promise<RunRow | undefined>>();
      return {
        getRun(id) {
          const row = cache.get(id) ?? store.getRun(id);
          cache.set(id, row);
          return row;
        },
      };
    }),
  },
  {
    id: "get-gives-live-rows",
    breaks: "a row that was read changes when the run is updated",
    caughtBy: ["get-run.snapshot"],
    make: ofHandle((store) => {
      const given = new Map<string, RunRow>();
      return {
        async getRun(id) {
          const row = await store.getRun(id);
          if (row !== undefined) given.set(id, row);
          return row;
        },
        async updateRun(ref, patch, guard) {
          Object.assign(given.get(ref.id) ?? {}, patch);
          return store.updateRun(ref, patch, guard);
        },
      };
    }),
  },
];

function keptAs(change: (row: RunRow) => RunRow): Fault["make"] {
  return ofHandle((store) => ({ insertRun: (row) => store.insertRun(change(row)) }));
}

function idsFolded(what: string, fold: (id: string) => string): Fault {
  return {
    id: `ids-folded-${what}`,
    breaks: `ids that differ in ${what} alone are one id`,
    caughtBy: [
      ...of("run-ids", "apart updated-apart removed-apart"),
      ...of("ids", "apart resumed-apart deleted-apart"),
    ],
    make: ofHandle((store) => ({
      insertRun: (row) => store.insertRun({ ...row, id: fold(row.id) }),
      updateRun: (ref, ...rest) => store.updateRun({ ...ref, id: fold(ref.id) }, ...rest),
      deleteRun: (ref) => store.deleteRun({ ...ref, id: fold(ref.id) }),
      async getRun(id) {
        const row = await store.getRun(fold(id));
        return row && { ...row, id };
      },
    })),
  };
}

function noted(rows: Map<string, RunRow>, row: RunRow): RunRow {
  rows.set(row.id, row);
  return row;
}

function beginningWith(rows: ReadonlyMap<string, RunRow>, id: string): RunRow[] {
  return [...rows.values()].filter((row) => row.id !== id && row.id.startsWith(id));
}

/** Rows whose ids match a pattern that ends, or begins, with any letters. */
function matching(rows: ReadonlyMap<string, RunRow>, pattern: string): RunRow[] {
  const others = [...rows.values()].filter(({ id }) => id !== pattern);
  if (/[*%]$/.test(pattern)) return others.filter(({ id }) => id.startsWith(pattern.slice(0, -1)));
  if (/^[*%]/.test(pattern)) return others.filter(({ id }) => id.endsWith(pattern.slice(1)));
  return [];
}
