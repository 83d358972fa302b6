import type { StandardSchemaV1 } from "@standard-schema/spec";
import { checkDefined, makeDefinition } from "./definition.ts";
import type {
  AnyDefinition,
  Definition,
  DefinitionBody,
  DefinitionOptions,
  Phase,
  PhaseContext,
} from "./definition.ts";
import { expectFunction } from "./expect.ts";
import { checkName } from "./identifiers.ts";

/** Outputs by name, of entries `[name, output]`. A flat mapped type: forty phases in a chain compile as fast as four. */
export type OutputsOf<Entries extends readonly [string, unknown]> = {
  readonly [Entry in Entries as Entry[0]]: Entry[1];
};

/** A list of phases, to which more can be added. Each addition makes a new definition. */
export interface RunDefinition<
  Input,
  Parsed,
  Output,
  Entries extends readonly [string, unknown],
> extends Definition<Input, Output> {
  /**
   * Adds a phase. Its output is saved when it ends; on resume it is not run again. The last phase's output is the run's.
   *
   * @param name - 1 to 128 bytes. Two phases may share a name: a phase is known by position and name.
   * @throws {TypeError} if the name is no such text, or `run` no function.
   */
  phase<const Name extends string, Result>(
    name: Name,
    run: (context: PhaseContext<Parsed, OutputsOf<Entries>>) => Result,
  ): RunDefinition<Input, Parsed, Awaited<Result>, Entries | readonly [Name, Awaited<Result>]>;
}

/** Options of a run whose list of phases depends on its input. */
export interface BuildOptions<Input> extends DefinitionOptions {
  /** Makes the list of phases, in each attempt anew: for the same input it must give the same names. */
  readonly build: (input: Input) => readonly Phase[] | Promise<readonly Phase[]>;
}

/**
 * Defines a multi-phase run.
 *
 * @example
 * ```ts
 * const digest = defineRun<{ folder: string }>("digest", { version: "1" })
 *   .phase("collect", ({ input, signal }) => collect(input.folder, signal))
 *   .phase("rank", ({ outputs }) => rank(outputs.collect));
 * ```
 * @param name - 1 to 128 bytes. Recorded with each run.
 * @throws {TypeError} if a name, version or option is not what it should be.
 */
export function defineRun<Schema extends StandardSchemaV1, Output = unknown>(
  name: string,
  options: BuildOptions<StandardSchemaV1.InferOutput<Schema>> & { readonly input: Schema },
): Definition<StandardSchemaV1.InferInput<Schema>, Output>;
export function defineRun<Input, Output = unknown>(
  name: string,
  options: BuildOptions<Input> & { readonly input?: undefined },
): Definition<Input, Output>;
export function defineRun<Schema extends StandardSchemaV1>(
  name: string,
  options: DefinitionOptions & { readonly input: Schema },
): RunDefinition<
  StandardSchemaV1.InferInput<Schema>,
  StandardSchemaV1.InferOutput<Schema>,
  undefined,
  never
>;
export function defineRun<Input = undefined>(
  name: string,
  options: DefinitionOptions & { readonly input?: undefined },
): RunDefinition<Input, Input, undefined, never>;
export function defineRun(
  name: string,
  options: DefinitionOptions & {
    readonly input?: StandardSchemaV1 | undefined;
    readonly build?: unknown;
  },
): AnyDefinition {
  checkDefined(name, options);
  const { build } = options;
  if (build === undefined) return withPhases(name, options, []);
  expectFunction(`"build" of "${name}"`, build);
  const body: DefinitionBody = { kind: "build", build: build as (input: never) => unknown };
  return makeDefinition(name, options, body);
}

function withPhases(
  name: string,
  options: DefinitionOptions & { readonly input?: StandardSchemaV1 | undefined },
  phases: readonly Phase[],
): RunDefinition<unknown, unknown, unknown, readonly [string, unknown]> {
  const definition = makeDefinition<unknown, unknown>(name, options, { kind: "phases", phases });
  return {
    ...definition,
    phase: (phaseName, run) => {
      const added = makePhase(phaseName, run);
      return withPhases(name, options, [...phases, added]) as RunDefinition<
        unknown,
        unknown,
        Awaited<ReturnType<typeof run>>,
        readonly [string, unknown]
      >;
    },
  };
}

/**
 * Makes a phase for the list that a `build` returns.
 *
 * @throws {TypeError} if `name` is not 1 to 128 bytes of text, or `run` no function.
 */
export function phase<Input = unknown>(
  name: string,
  run: (context: PhaseContext<Input, Readonly<Record<string, unknown>>>) => unknown,
): Phase {
  return makePhase(name, run);
}

function makePhase(name: string, run: unknown): Phase {
  checkName("the phase's name", name, 128);
  expectFunction(`the phase "${name}"`, run);
  return { name, run: run as Phase["run"] };
}
