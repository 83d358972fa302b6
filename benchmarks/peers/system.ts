/** Somebody who can run the program: turns that each append 2 KiB. */
export interface System {
  readonly name: string;
  /** Runs all turns in a new database, and calls `turnEnds` when each has ended and is saved. */
  run(file: string, turns: number, options: SystemOptions, turnEnds: () => void): Promise<void>;
  /** Reads back all that the run has saved, in a process that has not run it. @returns how many turns it found */
  readBack(file: string): Promise<number>;
}

export interface SystemOptions {
  /** `full`: what is acknowledged survives a power cut. `normal`: it survives a killed process. */
  readonly synchronous: "full" | "normal";
}

/** What each turn appends: 2 KiB. */
export const messages: readonly { readonly role: string; readonly content: string }[] = [
  { role: "assistant", content: "x".repeat(1_000) },
  { role: "user", content: "x".repeat(1_000) },
];
