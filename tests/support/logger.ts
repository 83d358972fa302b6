import type { Logger } from "@executus/core";

interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A logger that keeps what it is told. */
export interface TestLogger extends Logger {
  readonly lines: readonly LogLine[];
  warnings(): readonly string[];
}

export function testLogger(): TestLogger {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine["level"]) =>
    (fields: object, message: string): void => {
      lines.push({ level, message, fields: { ...fields } });
    };
  return {
    lines,
    warnings: () => lines.filter(({ level }) => level === "warn").map(({ message }) => message),
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}
