import type { Checkpointer, CheckpointState } from "@executus/core";
import { of } from "../faults/fault.ts";
import { endFaults } from "./faults-of-ends.ts";
import { type CheckpointerFault, ofBegin, ofCheckpointer, ofState, reattachOf } from "./fault.ts";

const nothing: CheckpointState = { history: [], turns: 0, completedPhases: [] };

/** Every fault that the suite of checkpointers is known to notice: at least one for each scenario. */
export const checkpointerFaults: readonly CheckpointerFault[] = [
  {
    id: "begins-late",
    breaks: "a run is recorded when it is first saved, not when it begins",
    caughtBy: ["begin.recorded"],
    make: ofBegin(async (host, run) => {
      let begun: Promise<Checkpointer> | undefined;
      const late = (): Promise<Checkpointer> => (begun ??= host.factory.begin(run));
      return {
        save: async (state) => (await late()).save(state),
        complete: async (output, state) => (await late()).complete(output, state),
        fail: async (error, state) => (await late()).fail(error, state),
        release: async (state) => (await late()).release?.(state),
      };
    }),
  },
  {
    id: "begin-forgets-times",
    breaks: "of a run that begins, neither its time nor its deadline is kept",
    caughtBy: ["begin.run-info"],
    make: ofBegin((host, run) => host.factory.begin({ ...run, createdAt: 0, deadline: undefined })),
  },
  {
    id: "begin-joins",
    breaks: "a begin of an id that is there goes on with that run",
    caughtBy: ["begin.exists"],
    make: ofBegin(async (host, run) => {
      if ((await host.load(run.id)) === undefined) return host.factory.begin(run);
      return (await reattachOf(host, run.id)).checkpointer;
    }),
  },
  {
    id: "ids-folded",
    breaks: "ids that differ in case alone are one id",
    caughtBy: ["begin.apart"],
    make: (host) => ({
      ...host,
      factory: { begin: (run) => host.factory.begin({ ...run, id: run.id.toLowerCase() }) },
      load: (id) => host.load(id.toLowerCase()),
    }),
  },
  {
    id: "saves-late",
    breaks: "a save resolves at once, and is written with the next call",
    caughtBy: ["save.durable", "resume.at-each-phase", "resume.at-each-turn"],
    make: ofCheckpointer((checkpointer) => {
      let held: CheckpointState | undefined;
      return {
        ...checkpointer,
        async save(state) {
          if (held !== undefined) await checkpointer.save(held);
          const { history, turns, completedPhases } = state;
          held = { history: [...history], turns, completedPhases: [...completedPhases] };
        },
      };
    }),
  },
  {
    id: "saves-doubled",
    breaks: "the last of what a save carries is recorded twice",
    caughtBy: ["save.grows-once", "save.catches-up"],
    make: ofState(({ history, turns, completedPhases }) => ({
      history: [...history, ...history.slice(-1)],
      turns,
      completedPhases: [...completedPhases, ...completedPhases.slice(-1)],
    })),
  },
  {
    id: "saves-newest-only",
    breaks:
      "a save records the newest message and the newest output, and takes the rest for recorded",
    caughtBy: ["save.catches-up", "save.large"],
    make: ofCheckpointer((checkpointer) => {
      const kept = {
        history: [] as unknown[],
        completedPhases: [] as CheckpointState["completedPhases"][number][],
      };
      const newest = (state: CheckpointState): CheckpointState => {
        kept.history.push(...state.history.slice(-1));
        kept.completedPhases.push(...state.completedPhases.slice(-1));
        return { ...kept, turns: state.turns };
      };
      return { ...checkpointer, save: (state) => checkpointer.save(newest(state)) };
    }),
  },
  {
    id: "saves-by-reference",
    breaks: "what is read of an active run is the very state that the last save was handed",
    caughtBy: ["save.by-value"],
    make: (host) => {
      let last: CheckpointState | undefined;
      const make = ofState((state) => (last = state));
      return {
        ...make(host),
        async load(id) {
          const run = await host.load(id);
          return run && last && { ...run, state: last };
        },
      };
    },
  },
  {
    id: "saves-plain-json",
    breaks: "values are kept as plain JSON",
    caughtBy: ["save.values", "resume.values"],
    make: ofState((state) => JSON.parse(JSON.stringify(state, plain)) as CheckpointState),
  },
  {
    id: "saves-cut",
    breaks: "texts are cut after 65,535 characters",
    caughtBy: ["save.large"],
    make: ofState(({ history, ...state }) => ({
      ...state,
      history: history.map((each) => (typeof each === "string" ? each.slice(0, 65_535) : each)),
    })),
  },
  {
    id: "resumes-from-start",
    breaks: "a run that is recovered starts from nothing",
    caughtBy: [
      ...of("resume", "at-each-phase at-each-turn again-and-again"),
      "end.released-resumes",
    ],
    make: resumedAs(() => nothing),
  },
  {
    id: "resumes-by-name",
    breaks: "of completed phases with one name, the last alone is resumed",
    caughtBy: ["resume.names-apart", "resume.names-adjacent", "resume.names-thrice"],
    make: resumedAs((state) => ({
      ...state,
      completedPhases: [
        ...new Map(state.completedPhases.map((each) => [each.name, each])).values(),
      ],
    })),
  },
  ...endFaults,
];

/** Drops what `JSON.stringify` refuses. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? undefined : value;
}

function resumedAs(change: (state: CheckpointState) => CheckpointState): CheckpointerFault["make"] {
  return (host) => ({
    ...host,
    async reattach(id) {
      const found = await reattachOf(host, id);
      return { ...found, resume: change(found.resume) };
    },
  });
}
