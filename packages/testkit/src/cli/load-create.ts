import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { RunStore } from "@executus/core";
import { show } from "../options.ts";
import type { ConformanceOptions } from "../conformance.ts";
import type { StoreDescription } from "./messages.ts";

type Create = ConformanceOptions["create"];

/** Says why a module cannot be used. */
export class UnusableModule extends Error {
  override readonly name = "UnusableModule";
}

const wanted =
  "Export a function that makes a handle of your store, as the default export or as `create`.";

/** Imports a module, and finds in it what makes stores. @throws {UnusableModule} */
export async function loadCreate(module: string): Promise<Create> {
  const path = resolve(module);
  if (!existsSync(path)) throw new UnusableModule(`There is no file "${path}".`);
  if (!statSync(path).isFile()) throw new UnusableModule(`"${path}" is no file. Name the module.`);
  return findCreate(module, await importModule(path));
}

async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    const isTypeScript = /\.[cm]?ts$/.test(path);
    if (isTypeScript && codeOf(error) === "ERR_UNKNOWN_FILE_EXTENSION") {
      throw new UnusableModule(
        `Node.js ${process.versions.node} does not run TypeScript as it is. Take a newer one, or compile "${path}" first.`,
      );
    }
    throw new UnusableModule(`"${path}" cannot be imported: ${tell(error)}`);
  }
}

function findCreate(module: string, exports: Readonly<Record<string, unknown>>): Create {
  // A CommonJS module that was made from an ES module has its exports in its default.
  const inner = memberOf(exports["default"], "default");
  const candidates = [exports["default"], exports["create"], inner];
  const create = candidates.find((each) => typeof each === "function");
  if (create !== undefined) return create as Create;
  if (candidates.some(isStore)) {
    throw new UnusableModule(
      `"${module}" exports a store, but the suite needs a new handle again and again. ${wanted}`,
    );
  }
  const names = Object.keys(exports).join(", ");
  const what = names === "" ? "exports nothing" : `exports nothing that makes a store: ${names}`;
  throw new UnusableModule(`"${module}" ${what}. ${wanted}`);
}

/** Makes two handles, and asks one what it is. @throws {UnusableModule} */
export async function describeStore(create: Create): Promise<StoreDescription> {
  const [store, other] = [await handleOf(create), await handleOf(create)];
  if (store === other) {
    throw new UnusableModule(
      "The store of the module is the same object each time, but the suite closes and opens handles: make a new one each time.",
    );
  }
  await Promise.allSettled([store, other].map((each) => each[Symbol.asyncDispose]()));
  const { name, capabilities = {}, limits } = store as Partial<RunStore>;
  return { name: String(name), capabilities, maxRecordBytes: Number(limits?.maxRecordBytes) };
}

async function handleOf(create: Create): Promise<RunStore> {
  let store: unknown;
  try {
    store = await create();
  } catch (error) {
    throw new UnusableModule(`The module's function did not make a store: ${tell(error)}`);
  }
  if (isStore(store)) return store;
  const lacks = typeof store === "object" && store !== null ? ` without ${missing(store)}` : "";
  throw new UnusableModule(
    `Expected the module's function to give a RunStore, but got ${show(store)}${lacks}.`,
  );
}

const methods = [
  "open",
  "insertRun",
  "updateRun",
  "getRun",
  "listRuns",
  "deleteRun",
  "append",
  "readJournal",
  "lastRecord",
  "putChunk",
  "readChunks",
  Symbol.asyncDispose,
] as const satisfies readonly (keyof RunStore)[];

function isStore(value: unknown): value is RunStore {
  return missing(value) === "";
}

/** Names of the methods of a store that something does not have. */
function missing(value: unknown): string {
  const found = methods.filter((method) => typeof memberOf(value, method) !== "function");
  return found.map((method) => `"${String(method)}"`).join(", ");
}

function memberOf(value: unknown, key: string | symbol): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function codeOf(error: unknown): unknown {
  return memberOf(error, "code");
}

/** What was thrown, with its stack if that says more. */
function tell(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}
