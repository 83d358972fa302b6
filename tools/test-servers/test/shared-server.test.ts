import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import { serverOrSkip } from "../src/index.ts";
import type { TestServer } from "../src/index.ts";
import { provideServer } from "../src/shared-server.ts";
import type { SharedServer } from "../src/shared-server.ts";
import { listens } from "./servers.ts";

const variable = "EXECUTUS_TEST_SOMETHING";
const url = "mongodb://127.0.0.1:1/";

function fakeServer(): { readonly stop: () => Promise<void>; readonly wanted: SharedServer } {
  const stop = vi.fn<() => Promise<void>>().mockResolvedValue();
  const server = { name: "a server", url, stop } as unknown as TestServer;
  const start = vi.fn<() => Promise<TestServer>>().mockResolvedValue(server);
  return { stop, wanted: { kind: "mongo", variable, start } };
}

beforeEach(() => vi.spyOn(console, "warn").mockReturnValue());
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.for([
  ["mongo", process.env["EXECUTUS_TEST_MONGO_URL"]],
  ["dynamo", process.env["EXECUTUS_TEST_DYNAMO_ENDPOINT"]],
] as const)("tests find the %s server of their run", async ([kind, given], { skip }) => {
  const server = serverOrSkip(inject(kind), skip);

  if (given) expect(server.url).toBe(given);
  else expect(await listens(server.url)).toBe(true);
});

test("projects of one run share a server, which the last of them stops", async () => {
  const project = { provide: vi.fn() };
  const other = { provide: vi.fn() };
  const { wanted, stop } = fakeServer();

  const [end, endOther] = await Promise.all([
    provideServer(project, wanted),
    provideServer(other, wanted),
  ]);
  expect(wanted.start).toHaveBeenCalledOnce();
  expect(project.provide).toHaveBeenCalledExactlyOnceWith("mongo", { url });
  expect(other.provide).toHaveBeenCalledExactlyOnceWith("mongo", { url });

  await end();
  expect(stop).not.toHaveBeenCalled();
  await endOther();
  expect(stop).toHaveBeenCalledOnce();
});

test("a server that the environment names is taken, and none started", async () => {
  vi.stubEnv(variable, "mongodb://elsewhere/");
  const project = { provide: vi.fn() };
  const { wanted } = fakeServer();

  const end = await provideServer(project, wanted);
  await end();

  expect(project.provide).toHaveBeenCalledExactlyOnceWith("mongo", { url: "mongodb://elsewhere/" });
  expect(wanted.start).not.toHaveBeenCalled();
});

test("what is missing is said once, and provided in place of the server", async () => {
  vi.stubEnv("CI", "");
  const project = { provide: vi.fn() };
  const missing = { missing: "MongoDB: there is none." };
  const wanted: SharedServer = { kind: "mongo", variable, start: async () => missing };

  const ends = [await provideServer(project, wanted), await provideServer(project, wanted)];
  await Promise.all(ends.map((end) => end()));

  expect(project.provide).toHaveBeenCalledWith("mongo", missing);
  expect(console.warn).toHaveBeenCalledExactlyOnceWith("MongoDB: there is none.");
});

test("what is missing fails the run in CI", async () => {
  vi.stubEnv("CI", "true");
  const missing = { missing: "MongoDB: there is none." };
  const wanted: SharedServer = { kind: "mongo", variable, start: async () => missing };

  await expect(provideServer({ provide: vi.fn() }, wanted)).rejects.toThrow(missing.missing);
});
