import type { CheckpointerFactory } from "../checkpointer.ts";
import { jsonCodec } from "../codec.ts";
import type { Codec } from "../codec.ts";
import type { AnyDefinition } from "../definition.ts";
import {
  expectArray,
  expectAtLeast,
  expectBoolean,
  expectObject,
  expectOneOf,
  unexpected,
} from "../expect.ts";
import { checkName } from "../identifiers.ts";
import type { Logger } from "../logger.ts";
import { systemRuntime } from "../runtime.ts";
import type { Runtime } from "../runtime.ts";
import type { RunStore } from "../store.ts";
import { checkPorts } from "./ports.ts";

/** Options of an executor. Durations are in milliseconds. */
export interface ExecutorOptions {
  /** Where runs are recorded. Without one, everything runs non-durably. */
  readonly store?: RunStore | undefined;
  /** A custom checkpointer factory, in place of a store. Verbs that need a journal then reject with `EXECUTUS_UNSUPPORTED`. */
  readonly checkpointers?: CheckpointerFactory | undefined;
  /** What recovery, `attach` and `retry` can run here. `run` and `start` need no registration. @default none */
  readonly definitions?: readonly AnyDefinition[] | undefined;
  /** Which runs this executor recovers: those that were begun with the same queue. @default "default" */
  readonly queue?: string | undefined;
  /** What becomes of a run whose record cannot be begun: it goes on without one, or is rejected. @default "best-effort" */
  readonly durability?: "best-effort" | "required" | undefined;
  /** Sweeps again and again until shutdown. @default off */
  readonly recovery?: { readonly everyMs: number } | undefined;
  /** Whether disposing of the executor leaves its store open. @default false */
  readonly keepStore?: boolean | undefined;
  /** @default a pino at `warn`, loaded when first needed */
  readonly logger?: Logger | undefined;
  /** @default `jsonCodec` */
  readonly codec?: Codec | undefined;
  /** @default `systemRuntime` */
  readonly runtime?: Runtime | undefined;
  /** How long others leave a run alone that its owner has not been heard of. @default 30000 */
  readonly leaseMs?: number | undefined;
  /** How often a run that is driven elsewhere is looked at; jittered. @default 1000 */
  readonly pollMs?: number | undefined;
  /** What one store call may take. @default 10000 */
  readonly callTimeoutMs?: number | undefined;
  /** @default 30000 */
  readonly beginTimeoutMs?: number | undefined;
  /** @default 30000 */
  readonly saveTimeoutMs?: number | undefined;
  /** @default 30000 */
  readonly finaliseTimeoutMs?: number | undefined;
  /** How long a body that ignores its aborted signal is waited for. @default 5000 */
  readonly abortGraceMs?: number | undefined;
  /** Attempts that may stop without a word before the run is failed. @default 100 */
  readonly maxFailedAttempts?: number | undefined;
  /** The same, in a row without progress. @default 3 */
  readonly maxFailedAttemptsWithoutProgress?: number | undefined;
  /** Recovered runs that go on here at once. @default 100 */
  readonly maxConcurrentRuns?: number | undefined;
  /** Bytes that one record's payload may have. @default 67108864 (64 MiB) */
  readonly maxRecordedBytes?: number | undefined;
}

type Limit = Exclude<
  {
    [Name in keyof ExecutorOptions]-?: ExecutorOptions[Name] extends number | undefined
      ? Name
      : never;
  }[keyof ExecutorOptions],
  undefined
>;

const defaults: Readonly<Record<Limit, number>> = {
  leaseMs: 30_000,
  pollMs: 1_000,
  callTimeoutMs: 10_000,
  beginTimeoutMs: 30_000,
  saveTimeoutMs: 30_000,
  finaliseTimeoutMs: 30_000,
  abortGraceMs: 5_000,
  maxFailedAttempts: 100,
  maxFailedAttemptsWithoutProgress: 3,
  maxConcurrentRuns: 100,
  maxRecordedBytes: 64 * 1024 * 1024,
};

/** Options with their defaults. */
export interface Settings extends Readonly<Record<Limit, number>> {
  readonly queue: string;
  readonly durability: "best-effort" | "required";
  readonly everyMs: number | undefined;
  readonly keepStore: boolean;
  readonly codec: Codec;
  readonly runtime: Runtime;
}

/** Limits that may be zero. */
const mayBeZero: ReadonlySet<Limit> = new Set([
  "abortGraceMs",
  "maxFailedAttempts",
  "maxFailedAttemptsWithoutProgress",
]);

/** Checks options and fills in defaults. @throws {TypeError} */
export function resolveSettings(options: ExecutorOptions): Settings {
  expectObject("the options of createExecutor", options, "an object such as { store }");
  const limits = Object.fromEntries(
    (Object.keys(defaults) as Limit[]).map((name) => [name, limit(name, options[name])]),
  ) as Record<Limit, number>;
  const { queue = "default", durability = "best-effort", recovery, keepStore = false } = options;
  checkName("the queue", queue, 128);
  expectOneOf('"durability"', durability, ["best-effort", "required"]);
  expectBoolean('"keepStore"', keepStore);
  checkPorts(options);
  if (options.store !== undefined && options.checkpointers !== undefined) {
    throw new TypeError('Expected either "store" or "checkpointers", not both.');
  }
  if (recovery !== undefined && options.store === undefined) {
    throw new TypeError(
      'Expected "recovery" to come with a "store": there is nothing to recover without one.',
    );
  }
  if (recovery !== undefined) {
    expectObject('"recovery"', recovery, "an object such as { everyMs }");
    expectAtLeast('"recovery.everyMs"', recovery.everyMs, 1);
  }
  const everyMs = recovery?.everyMs;
  const { codec = jsonCodec, runtime = systemRuntime } = options;
  return { ...limits, queue, durability, everyMs, keepStore, codec, runtime };
}

function limit(name: Limit, value: number = defaults[name]): number {
  expectAtLeast(`"${name}"`, value, mayBeZero.has(name) ? 0 : 1);
  return value;
}

/** Registers definitions by name. @throws {TypeError} if one is registered twice, or is none */
export function registerDefinitions(
  definitions: readonly AnyDefinition[] = [],
): ReadonlyMap<string, AnyDefinition> {
  expectArray('"definitions"', definitions, "a list of definitions");
  const byName = new Map<string, AnyDefinition>();
  for (const [index, definition] of definitions.entries()) {
    checkDefinition(`definitions[${index}]`, definition);
    if (byName.has(definition.name)) {
      throw new TypeError(
        `The definition "${definition.name}" is registered twice. Give one of them another name, or let the newer one accept the older one's version.`,
      );
    }
    byName.set(definition.name, definition);
  }
  return byName;
}

/** @throws {TypeError} */
export function checkDefinition(
  what: string,
  definition: unknown,
): asserts definition is AnyDefinition {
  const isObject = typeof definition === "object" && definition !== null;
  if (isObject && "body" in definition && "version" in definition) return;
  throw unexpected(what, "a definition made by defineRun, defineLoop or defineAgent", definition);
}
