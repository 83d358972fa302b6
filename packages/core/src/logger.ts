import type { Logger as Pino } from "pino";

/** What Executus logs to. Any pino-shaped object fits. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const levels = ["debug", "info", "warn", "error"] as const;

const belowLevel = (): void => {};

/** A pino at `warn`, which writes to standard error. Loaded when first needed: it costs more time than all the rest of the package. */
export function defaultLogger(): Logger {
  let pino: Promise<Pino> | undefined;
  const log =
    (level: "warn" | "error") =>
    (fields: object, message: string): void => {
      pino ??= import("pino").then(({ pino: make, destination }) =>
        make({ name: "executus", level: "warn" }, destination({ fd: 2, sync: true })),
      );
      const written = pino.then(
        (logger) => logger[level](fields, message),
        () => console.error(message),
      );
      // What is logged may throw when it is looked at.
      written.catch(() => console.error(message));
    };
  return { debug: belowLevel, info: belowLevel, warn: log("warn"), error: log("error") };
}

/** The same logger, whose exceptions hurt nobody, with `fields` added to each line. */
export function safeLogger(logger: Logger, fields: object = {}): Logger {
  const log =
    (level: (typeof levels)[number]) =>
    (more: object, message: string): void => {
      try {
        logger[level]({ ...fields, ...more }, message);
      } catch {
        // An observer cannot hurt a run, and there is nobody left to tell.
      }
    };
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}
