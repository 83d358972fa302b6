import { randomBytes } from "node:crypto";

/** Somebody who can run the programs. */
export interface System {
  readonly name: string;
  readonly database: "SQLite" | "PostgreSQL";
  readonly programs: Readonly<Record<ProgramName, Program>>;
}

/** `turns`: turns of one run that each append 2 KiB. `phases`: runs of five phases that each put out 1 KiB. */
export type ProgramName = "turns" | "phases";

/** Work that all systems do, each in its own way. */
export interface Program {
  /** Does it so many times, one after the other, in a new database. Calls `ends` when each has ended and is saved. */
  run(place: Place, count: number, ends: () => void): Promise<void>;
  /** Reads back all that was saved, remembering nothing. @returns how many of them are there, whole */
  readBack(place: Place, count: number): Promise<number>;
}

/** Where a system saves. */
export interface Place {
  /** A file of SQLite, or the URL of a database of PostgreSQL, which is set to be as durable. */
  readonly database: string;
  /** What is acknowledged survives a power cut. Otherwise, that the process is killed. */
  readonly durable: boolean;
}

/** Random: PostgreSQL compresses rows of more than 2 KB. */
function text(length: number): string {
  return randomBytes(length).toString("base64").slice(0, length);
}

/** What each turn appends: 2 KiB. */
export const messages: readonly { readonly role: string; readonly content: string }[] = [
  { role: "assistant", content: text(1_000) },
  { role: "user", content: text(1_000) },
];

export const phases = ["one", "two", "three", "four", "five"] as const;

/** What each phase puts out: 1 KiB. */
export const output: string = text(1_024);

export function isMessages(saved: unknown): boolean {
  return (saved as typeof messages).length === messages.length;
}

export function isOutput(saved: unknown): boolean {
  return (saved as string | undefined)?.length === output.length;
}

/** The numbers from 1. */
export function numbersTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
