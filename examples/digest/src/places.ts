import { join, resolve } from "node:path";

/** This repository, whose documentation is digested if no other folder is given. */
export const repository: string = resolve(import.meta.dirname, "../../..");

/** Where reports go if no other place is given. Git ignores it. */
export const defaultOut: string = resolve(import.meta.dirname, "../out");

export const defaultReport: string = join(defaultOut, "digest.md");
