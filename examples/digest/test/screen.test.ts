import type { WriteStream } from "node:tty";
import { expect, test } from "vitest";
import { screenOn } from "../src/theatre/screen.ts";

/** What is written to a stream by two passing lines and one that stays. */
function show(stream: Partial<WriteStream>, env: NodeJS.ProcessEnv = {}): string {
  let written = "";
  const write = (text: string): boolean => {
    written += text;
    return true;
  };
  const screen = screenOn({ columns: 80, ...stream, write } as WriteStream, env);
  screen.passing(screen.paint("yellow", "one"));
  screen.passing("two of many");
  screen.line(screen.paint("green", "three"));
  return written;
}

const clear = "\r\u001B[K";

test("on a terminal the next line takes the place of a passing one", () => {
  expect(show({ isTTY: true })).toBe(
    `\u001B[33mone\u001B[39m${clear}two of many${clear}\u001B[32mthree\u001B[39m\n`,
  );
});

test("a passing line never wraps", () => {
  expect(show({ isTTY: true, columns: 4 })).toContain(`${clear}two${clear}`);
});

test("NO_COLOR leaves out the colours", () => {
  expect(show({ isTTY: true }, { NO_COLOR: "1" })).toBe(`one${clear}two of many${clear}three\n`);
});

test.each([
  ["a pipe", { isTTY: false }, { FORCE_COLOR: "1" }],
  ["a dumb terminal", { isTTY: true }, { TERM: "dumb" }],
])("%s gets plain lines, and no passing ones", (_, stream, env) => {
  expect(show(stream, env)).toBe("three\n");
});
