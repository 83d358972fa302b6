import { systems } from "./systems.ts";
import type { SystemName } from "./systems.ts";

/** A system, and how durable it is set to be. */
export interface Contender {
  readonly system: SystemName;
  readonly durable: boolean;
}

/** Executus is always durable. */
export const ours: Contender = { system: "executus", durable: true };

const others = (Object.keys(systems) as SystemName[]).filter((system) => system !== ours.system);

/** Each peer as durable as Executus always is, and as fast as it can be. */
export const contenders: readonly Contender[] = [
  ours,
  ...[true, false].flatMap((durable) => others.map((system) => ({ system, durable }))),
];

export function nameOf({ system, durable }: Contender): string {
  const { name, database } = systems[system];
  const setting =
    database === "SQLite"
      ? `synchronous = ${durable ? "full" : "normal"}`
      : `synchronous_commit = ${durable ? "on" : "off"}`;
  return `${name}; ${database}, ${setting}`;
}
