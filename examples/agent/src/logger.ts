import type { Logger } from "@executus/core";
import { explain } from "./explain.ts";

const ignore = (): void => {};

/** Shows warnings as lines for a user, without stacks. */
export function loggerOver(say: (line: string) => void): Logger {
  const show = (fields: object, message: string): void => {
    const { err, tool } = fields as { readonly err?: unknown; readonly tool?: string };
    const reason = err === undefined ? "" : ` ${explain(err)}`;
    say(tool === undefined ? `Warning: ${message}${reason}` : `  ${tool} failed:${reason}`);
  };
  return { debug: ignore, info: ignore, warn: show, error: show };
}
