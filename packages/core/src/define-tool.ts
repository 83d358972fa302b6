import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Tool, ToolContext } from "./agent.ts";
import { expectDuration, expectFunction, expectObject, show, unexpected } from "./expect.ts";
import { isSchema } from "./schema.ts";

/** Options of a tool. */
export interface ToolOptions<Schema extends StandardSchemaV1> {
  /** What it does, and when to use it: the model reads it. */
  readonly description: string;
  /** Any Standard Schema. Input that does not fit is refused, and the model told so. */
  readonly inputSchema: Schema;
  /**
   * Milliseconds that one call may take. Then its `signal` is aborted, the model is told, and it is not waited for any
   * longer. @default 60,000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Runs it. Text is given to the model as it is, anything else as JSON. What it throws is given as an error, and logged as a
   * WARN: return a text about what is to be expected. After a crash it may run again for the same call:
   * `context.idempotencyKey` is the same then.
   */
  readonly execute: (input: StandardSchemaV1.InferOutput<Schema>, context: ToolContext) => unknown;
}

/**
 * Defines a tool of an agent, whose input is typed by its schema.
 *
 * @example
 * ```ts
 * const weather = defineTool({
 *   description: "Tells the weather of a city.",
 *   inputSchema: z.object({ city: z.string() }),
 *   execute: ({ city }, { signal }) => forecast(city, { signal }),
 * });
 * ```
 * @throws {TypeError} if an option is not what it should be.
 */
export function defineTool<Schema extends StandardSchemaV1>(options: ToolOptions<Schema>): Tool {
  checkTool("the tool", options);
  return options;
}

/** Checks a tool, also one that was made by hand. @throws {TypeError} */
export function checkTool(what: string, tool: unknown): asserts tool is Tool {
  expectObject(what, tool, "an object such as { description, inputSchema, execute }");
  const { description, inputSchema, execute, timeoutMs } = tool as Partial<Tool>;
  if (typeof description !== "string" || description === "") {
    const came = description === "" ? "empty text" : show(description);
    throw new TypeError(
      `Expected "description" of ${what} to be text that tells a model what it does, got ${came}.`,
    );
  }
  if (!isSchema(inputSchema)) {
    throw unexpected(`"inputSchema" of ${what}`, "a Standard Schema", inputSchema);
  }
  expectFunction(`"execute" of ${what}`, execute);
  expectDuration(`"timeoutMs" of ${what}`, timeoutMs);
}
