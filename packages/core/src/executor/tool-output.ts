import type { JsonValue, ToolResultOutput } from "../messages.ts";
import { isPlainObject } from "../plain-object.ts";

/** Levels of JSON. A record holds little more, and no run is to fail of what its model can be told. */
const deepest = 500;

/** What a model is given of what a tool returned. @throws {TypeError} if it is no JSON that can be saved */
export function toOutput(value: unknown): ToolResultOutput {
  if (typeof value === "string") return { type: "text", value };
  const text = JSON.stringify(value ?? null, checkJson) as string | undefined;
  if (text === undefined) throw notJson(value);
  const json = JSON.parse(text) as JsonValue;
  if (isDeeper(json, deepest)) {
    throw new TypeError(`What the tool gave is nested deeper than ${deepest} levels.`);
  }
  return { type: "json", value: json };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

/** Refuses what JSON would silently make something else of. Called by `JSON.stringify`, after any `toJSON`. */
function checkJson(_key: string, value: unknown): unknown {
  if (typeof value === "function" || typeof value === "symbol") throw notJson(value);
  if (typeof value === "number" && !Number.isFinite(value)) throw notJson(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (!isPlainObject(value)) throw notJson(value);
  return value;
}

function notJson(value: unknown): TypeError {
  return new TypeError(`What the tool gave has a ${kindOf(value)} in it, which is not JSON.`);
}

function kindOf(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "object") return typeof value;
  const { constructor } = value as { readonly constructor?: { readonly name?: unknown } };
  return typeof constructor?.name === "string" ? constructor.name : "class instance";
}
