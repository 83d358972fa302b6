import {
  defineLoop,
  defineRun,
  type Definition,
  type DefinitionOptions,
  phase,
  type RunContext,
} from "@executus/core";

/** Where a story is: in one phase or turn. */
export interface Scene extends Pick<RunContext<string>, "signal" | "attempt" | "idempotencyKey"> {
  /** Position of the phase or turn, from 0. */
  readonly index: number;
  /** How often this step has been run by any process, this time included. */
  readonly visit: number;
}

/** What a step does besides. What it returns as `output` takes the place of the step's output, or of its message. */
export type Act = (scene: Scene) => Acted | Promise<Acted>;

type Acted = { readonly output: unknown } | void;

export type StoryKind = "phases" | "loop";
export const storyKinds: readonly StoryKind[] = ["phases", "loop"];

export interface StoryOptions extends Partial<DefinitionOptions> {
  /** Names of the phases. A loop takes as many turns. @default a, b, c */
  readonly names?: readonly string[] | undefined;
  readonly act?: Act | undefined;
  readonly maxTurns?: number | undefined;
}

/** A small run whose output tells of all its steps, in their order. */
export interface Story {
  readonly kind: StoryKind;
  readonly steps: number;
  readonly definition: Definition<string, unknown>;
  /** Positions of the steps that were run, by any process, in the order in which they began. */
  readonly ran: readonly number[];
  /** What it gives if no step is replaced. */
  readonly output: unknown;
}

/** The input of every story. */
export const storyInput = "once";

type Enter = (index: number, context: RunContext<string>) => Promise<Acted>;

export function story(kind: StoryKind, options: StoryOptions = {}): Story {
  const { names = ["a", "b", "c"], act, maxTurns = 100, version = "1", ...rest } = options;
  const ran: number[] = [];
  const enter: Enter = async (index, { signal, attempt, idempotencyKey }) => {
    ran.push(index);
    const visit = ran.filter((each) => each === index).length;
    return act?.({ index, visit, signal, attempt, idempotencyKey });
  };
  const settings = { version, ...rest };
  const definition =
    kind === "phases"
      ? phased(settings, names, enter)
      : looped({ ...settings, maxTurns }, names, enter);
  const output = kind === "phases" ? tellPhases(names) : tellTurns(names);
  return { kind, steps: names.length, definition, ran, output };
}

/** The phases of a story, for a definition that builds them. */
export function storyPhases(
  names: readonly string[],
  enter: Enter = async () => {},
): ReturnType<typeof phase>[] {
  return names.map((name, index) =>
    phase<string>(name, async (context) => {
      const acted = await enter(index, context);
      const before = context.completedPhases.at(-1)?.output ?? context.input;
      return acted === undefined ? tellPhase(name, index, before) : acted.output;
    }),
  );
}

function phased(
  options: DefinitionOptions,
  names: readonly string[],
  enter: Enter,
): Definition<string, unknown> {
  let definition = defineRun<string>("story", options);
  for (const { name, run } of storyPhases(names, enter)) {
    definition = definition.phase(name, (context) => run(context as never)) as typeof definition;
  }
  return definition;
}

function looped(
  options: DefinitionOptions & { readonly maxTurns: number },
  names: readonly string[],
  enter: Enter,
): Definition<string, unknown> {
  return defineLoop<string>("story", {
    ...options,
    async turn(context) {
      const index = context.turn - 1;
      const acted = await enter(index, context);
      const told = tellTurn(names, index, context.history);
      const append = acted === undefined ? told : [acted.output];
      const done = context.turn >= names.length;
      return { append, done, output: done ? [...context.history, ...append] : undefined };
    },
  });
}

function tellPhase(name: string, index: number, before: unknown): string {
  return `${name}${index} after ${String(before)}`;
}

function tellPhases(names: readonly string[]): string {
  let output = storyInput;
  for (const [index, name] of names.entries()) output = tellPhase(name, index, output);
  return output;
}

function tellTurn(names: readonly string[], index: number, history: readonly unknown[]): unknown[] {
  return [`${names[index]}${index}`, { after: history.length }];
}

function tellTurns(names: readonly string[]): unknown[] {
  const history: unknown[] = [];
  for (const index of names.keys()) history.push(...tellTurn(names, index, history));
  return history;
}
