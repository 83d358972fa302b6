import type { RunPatch } from "@executus/core";
import { maxNumber, runRow } from "../fixtures.ts";
import { type Fault, force, of, ofHandle, passes, tick } from "./fault.ts";

/** Faults of updating rows. */
export const updateFaults: readonly Fault[] = [
  {
    id: "patch-resets",
    breaks: "an update empties what its patch does not name",
    caughtBy: ["update-run.patch"],
    make: ofHandle((store) => ({
      updateRun: (ref, patch, guard) => store.updateRun(ref, { code: "", ...patch }, guard),
    })),
  },
  {
    id: "patch-forgets",
    breaks: "an update leaves the code as it is",
    caughtBy: [
      ...of("update-run", "patch empty-values"),
      ...of(
        "exit",
        "turn-limit critic deadline unsavable-output unsavable-last-output",
        "too-large invalid-recorded-input deadline-passed",
      ),
      ...of("attempts", "exhausted all"),
    ],
    make: ofHandle((store) => ({
      async updateRun(ref, patch, guard) {
        const code = (await store.getRun(ref.id))?.code;
        return store.updateRun(ref, code === undefined ? patch : { ...patch, code }, guard);
      },
    })),
  },
  {
    id: "patch-skips-empty",
    breaks: "an update takes an empty text and a 0 for a member that is absent",
    caughtBy: ["update-run.empty-values", "attempts.retried", "cancel.released", "retry.elsewhere"],
    make: ofHandle((store) => ({
      updateRun: (ref, patch, guard) => store.updateRun(ref, withoutEmpty(patch), guard),
    })),
  },
  {
    id: "guard-no-incarnation",
    breaks: "an update does not look at the incarnation",
    caughtBy: ["update-run.guard-incarnation", "late.heartbeat-after-deletion"],
    make: ofHandle((store) => ({
      async updateRun(ref, patch, guard) {
        return store.updateRun((await store.getRun(ref.id)) ?? ref, patch, guard);
      },
    })),
  },
  {
    id: "guard-no-status",
    breaks: "an update does not look at the status",
    caughtBy: ["update-run.guard-status", "update-run.late-heartbeat", "late.heartbeat-after-end"],
    make: ofHandle((store) => ({
      async updateRun(ref, patch, { status, maxGeneration }) {
        const found = (await store.getRun(ref.id))?.status ?? status;
        return store.updateRun(ref, patch, { status: found, maxGeneration });
      },
    })),
  },
  {
    id: "guard-no-generation",
    breaks: "an update does not look at the generation",
    caughtBy: [
      ...of(
        "update-run",
        "guard-generation repeated-claim late-heartbeat one-winner",
        "one-winner-handles claim-stands",
      ),
      ...of("late", "heartbeat-after-claim"),
    ],
    make: ofHandle((store) => ({
      updateRun: (ref, patch, { status }) =>
        store.updateRun(ref, patch, { status, maxGeneration: maxNumber }),
    })),
  },
  {
    id: "guard-below-only",
    breaks: "an update takes maxGeneration for a bound that is not allowed itself",
    caughtBy: ["update-run.generation-holds"],
    make: ofHandle((store) => ({
      updateRun: (ref, patch, { status, maxGeneration }) =>
        store.updateRun(ref, patch, { status, maxGeneration: maxGeneration - 1 }),
    })),
  },
  {
    id: "guard-equal-only",
    breaks: "an update does not pass a generation below maxGeneration",
    caughtBy: ["update-run.generation-holds"],
    make: ofHandle((store) => ({
      async updateRun(ref, patch, guard) {
        if ((await store.getRun(ref.id))?.generation !== guard.maxGeneration) return false;
        return store.updateRun(ref, patch, guard);
      },
    })),
  },
  {
    id: "updates-active-only",
    breaks: "only active rows are updated",
    caughtBy: ["update-run.every-status"],
    make: ofHandle((store) => ({
      updateRun: async (ref, patch, guard) =>
        guard.status === "active" && store.updateRun(ref, patch, guard),
    })),
  },
  {
    id: "update-inserts",
    breaks: "an update of a run without a row makes one",
    caughtBy: ["update-run.no-row", "late.delete"],
    make: ofHandle((store) => ({
      async updateRun(ref, patch, guard) {
        if (await store.updateRun(ref, patch, guard)) return true;
        const { id, incarnation } = ref;
        await store.insertRun(runRow({ ...patch, id, incarnation }));
        return false;
      },
    })),
  },
  {
    id: "update-counts-changes",
    breaks: "an update that finds everything as it sets it says false",
    caughtBy: ["update-run.repeated"],
    make: ofHandle((store) => ({
      async updateRun(ref, patch, guard) {
        const before = JSON.stringify(await store.getRun(ref.id));
        const held = await store.updateRun(ref, patch, guard);
        return held && JSON.stringify(await store.getRun(ref.id)) !== before;
      },
    })),
  },
  {
    id: "update-remembers",
    breaks: "an update that was applied before says true again, though its guard does not hold",
    caughtBy: ["update-run.repeated-claim"],
    make: ofHandle((store) => {
      const applied = new Set<string>();
      return {
        async updateRun(ref, patch, guard) {
          const call = JSON.stringify([ref, patch, guard]);
          const held = await store.updateRun(ref, patch, guard);
          if (held) applied.add(call);
          return held || applied.has(call);
        },
      };
    }),
  },
  {
    id: "update-looks-first",
    breaks: "an update looks whether its guard holds, and writes in a second step",
    caughtBy: ["update-run.one-winner", "update-run.one-winner-handles"],
    make: ofHandle((store) => ({
      async updateRun(ref, patch, guard) {
        if (!passes(await store.getRun(ref.id), ref, guard)) return false;
        await tick();
        return force(store, ref.id, patch);
      },
    })),
  },
  {
    id: "update-locks-handle",
    breaks: "a guard and its patch are one step within a handle only",
    caughtBy: ["update-run.one-winner-handles"],
    make: ofHandle((store) => {
      let line: Promise<unknown> = Promise.resolve();
      return {
        updateRun(ref, patch, guard) {
          const turn = line.then(async () => {
            if (!passes(await store.getRun(ref.id), ref, guard)) return false;
            await tick();
            return force(store, ref.id, patch);
          });
          line = turn;
          return turn;
        },
      };
    }),
  },
  {
    id: "update-writes-back",
    breaks: "a heartbeat writes back the whole row that it read",
    caughtBy: ["update-run.claim-stands"],
    make: ofHandle((store) => ({
      async updateRun(ref, patch, guard) {
        if (patch.generation !== undefined) return store.updateRun(ref, patch, guard);
        const row = await store.getRun(ref.id);
        if (!passes(row, ref, guard)) return false;
        await tick();
        const { status, code, generation, owner, dueAt } = row;
        return force(store, ref.id, { status, code, generation, owner, dueAt, ...patch });
      },
    })),
  },
];

function withoutEmpty({ updatedAt, ...patch }: RunPatch): RunPatch {
  const named = Object.entries(patch).filter(([, value]) => value !== "" && value !== 0);
  return { ...Object.fromEntries(named), updatedAt };
}
