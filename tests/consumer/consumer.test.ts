// One file for all: they share one installation.
import { afterAll, beforeAll, describe } from "vitest";
import { compilers } from "./cases/compilers.ts";
import { packedFiles } from "./cases/packed-files.ts";
import { programs } from "./cases/programs.ts";
import { makeWorld } from "./world.ts";
import type { World } from "./world.ts";

let made: World | undefined;
beforeAll(async () => {
  made = await makeWorld();
}, 300_000);
afterAll(() => made?.[Symbol.asyncDispose]());
const world = (): World => made as World;

describe("a packed package", () => packedFiles(world));
// Compilers want a processor, and stores a disk: side by side they take half the time.
describe("a project", { concurrent: true }, () => {
  describe("of TypeScript", () => compilers(world));
  describe("that runs", () => programs(world));
});
