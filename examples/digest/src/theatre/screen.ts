import type { WriteStream } from "node:tty";
import { stripVTControlCharacters, styleText } from "node:util";

export type Style = "bold" | "dim" | "green" | "red" | "yellow";

/** Where the theatre is shown. */
export interface Screen {
  /** Shows a line that stays. */
  line(text?: string): void;
  /** Shows a line that the next one takes the place of; nothing where lines cannot be replaced. */
  passing(text: string): void;
  readonly paint: (style: Style, text: string) => string;
}

const clear = "\r\u001B[K";

/** A terminal is written to in place, and in colours unless `NO_COLOR` is set; anything else gets plain lines. */
export function screenOn(stream: WriteStream, env: NodeJS.ProcessEnv = process.env): Screen {
  const isTerminal = stream.isTTY && env["TERM"] !== "dumb";
  const isColoured = isTerminal && (env["NO_COLOR"] ?? "") === "";
  const paint = (style: Style, text: string): string =>
    isColoured ? styleText(style, text, { validateStream: false }) : text;
  if (!isTerminal) {
    return { line: (text = "") => void stream.write(`${text}\n`), passing: () => {}, paint };
  }
  let isPassing = false;
  return {
    line: (text = "") => {
      stream.write(`${isPassing ? clear : ""}${text}\n`);
      isPassing = false;
    },
    passing: (text) => {
      stream.write(`${isPassing ? clear : ""}${cut(text, stream.columns)}`);
      isPassing = true;
    },
    paint,
  };
}

/** A line that wraps could not be replaced. */
function cut(text: string, columns: number): string {
  const plain = stripVTControlCharacters(text);
  return plain.length < columns ? text : plain.slice(0, Math.max(columns - 1, 0));
}
