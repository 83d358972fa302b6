import { defineLoop, defineRun } from "@executus/core";
import type { Definition } from "@executus/core";

export interface Message {
  readonly role: string;
  readonly content: string;
}

/** A message of 1 KiB. */
export const message: Message = { role: "user", content: "x".repeat(1_000) };

/** A turn appends two messages: 2 KiB. */
export const chat: Definition<{ turns: number }, number> = defineLoop<
  { turns: number },
  Message,
  number
>("chat", {
  version: "1",
  maxTurns: Number.MAX_SAFE_INTEGER,
  turn: ({ input, turn }) => ({
    append: [message, message],
    done: turn === input.turns,
    output: turn,
  }),
});

/** Five phases that do nothing. */
export const fivePhases: Definition<undefined, number> = defineRun("five-phases", { version: "1" })
  .phase("one", () => 1)
  .phase("two", () => 2)
  .phase("three", () => 3)
  .phase("four", () => 4)
  .phase("five", () => 5);
