import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from "@executus/adapter-sqlite";
import { expect, test, vi } from "vitest";
import { serveApp } from "./app.ts";
import { ask, newDatabase, post, texts } from "./support.ts";
import type { Answer } from "./support.ts";
import { webHook } from "./web-hook.ts";

const json = { "Content-Type": "application/json" };
const keyed = { ...json, "Idempotency-Key": "a" };

/** Names what was refused, and where. */
function refusal({ status, body }: Answer): readonly unknown[] {
  const { code, issues } = body["error"] as {
    readonly code: string;
    readonly issues?: readonly { readonly path: readonly unknown[] }[];
  };
  return [
    status,
    code,
    ...(issues === undefined ? [] : [issues.map(({ path }) => path.join("."))]),
  ];
}

test("a run that is begun is accepted, and says where it is; the same request again finds it", async () => {
  const hook = await webHook();
  const { url } = await serveApp({ notifyUrl: hook.url });

  const first = await post(url, "a");
  const again = await post(url, "a");
  (await hook.next()).answer(204);
  await vi.waitFor(async () => {
    expect((await post(url, "a")).body).toMatchObject({ status: "completed" });
  });

  expect(first).toMatchObject({ status: 202, body: { id: "survey-a", status: "active" } });
  expect(first.headers.get("Location")).toBe("/runs/survey-a");
  expect(again).toMatchObject({ status: 200, body: { id: "survey-a", attempt: 1 } });
  expect(hook.calls).toHaveLength(1);
});

test("the same key with another body is refused", async () => {
  const { url } = await serveApp();
  await post(url, "a");

  const other = await post(url, "a", { texts: texts.texts.slice(1) });

  expect(refusal(other)).toEqual([409, "EXECUTUS_RUN_EXISTS"]);
});

test("a run that has failed shows its error without the stack", async () => {
  const hook = await webHook();
  const { url } = await serveApp({ notifyUrl: hook.url });
  await post(url, "a");

  (await hook.next()).answer(500);

  await vi.waitFor(async () => {
    expect((await ask(`${url}/runs/survey-a`)).body).toMatchObject({
      status: "failed",
      phases: ["count", "compare"],
      error: { code: "", message: "The web hook answered with status 500." },
    });
  });
  expect(JSON.stringify((await post(url, "a")).body)).not.toContain("notify.ts");
});

test("runs are listed page by page", async () => {
  const { url, executor } = await serveApp();
  for (const key of ["a", "b", "c"]) await post(url, key);
  await executor.idle();

  const first = await ask(`${url}/runs?limit=2`);
  const second = await ask(`${url}/runs?limit=2&cursor=${String(first.body["cursor"])}`);

  const runs = [first, second].map(({ body }) => body["runs"] as readonly { id: string }[]);
  expect(runs.map((page) => page.map(({ id }) => id))).toEqual([
    ["survey-a", "survey-b"],
    ["survey-c"],
  ]);
  expect(second.body["cursor"]).toBeUndefined();
  expect((await ask(`${url}/runs?status=failed`)).body).toEqual({ runs: [] });
});

const text = { name: "a", text: "A." };
const badBodies: readonly [string, unknown, readonly string[]][] = [
  ["no texts", {}, ["texts"]],
  ["an empty list", { texts: [] }, ["texts"]],
  [
    "too many texts",
    { texts: Array.from({ length: 101 }, (_, n) => ({ ...text, name: `${n}` })) },
    ["texts"],
  ],
  ["a text that is none", { texts: [text, { name: "b", text: 1 }] }, ["texts.1.text"]],
  ["two faults", { texts: [{ name: "", text: null }] }, ["texts.0.name", "texts.0.text"]],
  ["one name for two texts", { texts: [text, text] }, ["texts"]],
  [
    "a text that is too long",
    { texts: [{ name: "a", text: "a".repeat(100_001) }] },
    ["texts.0.text"],
  ],
  ["what nobody asked for", { texts: [text], more: true }, [""]],
  ["a list", [], [""]],
];

test.each(badBodies)("a body with %s is refused, with the place", async (_, body, paths) => {
  const { url } = await serveApp();

  expect(refusal(await post(url, "a", body))).toEqual([400, "EXECUTUS_INVALID_INPUT", paths]);
  // Nothing was begun: the key is still free.
  expect((await post(url, "a")).status).toBe(202);
});

const badPosts: readonly [string, RequestInit, number, string][] = [
  ["no key", { headers: json, body: "{}" }, 400, "IDEMPOTENCY_KEY_MISSING"],
  [
    "an empty key",
    { headers: { ...json, "Idempotency-Key": "" }, body: "{}" },
    400,
    "IDEMPOTENCY_KEY_MALFORMED",
  ],
  [
    "a key with a space",
    { headers: { ...json, "Idempotency-Key": "a b" }, body: "{}" },
    400,
    "IDEMPOTENCY_KEY_MALFORMED",
  ],
  [
    "a key with a slash",
    { headers: { ...json, "Idempotency-Key": "../a" }, body: "{}" },
    400,
    "IDEMPOTENCY_KEY_MALFORMED",
  ],
  [
    "a key beyond ASCII",
    { headers: { ...json, "Idempotency-Key": "é" }, body: "{}" },
    400,
    "IDEMPOTENCY_KEY_MALFORMED",
  ],
  [
    "two keys",
    { headers: [...Object.entries(keyed), ["Idempotency-Key", "b"]], body: "{}" },
    400,
    "IDEMPOTENCY_KEY_MALFORMED",
  ],
  [
    "a long key",
    { headers: { ...json, "Idempotency-Key": "a".repeat(201) }, body: "{}" },
    400,
    "IDEMPOTENCY_KEY_MALFORMED",
  ],
  ["no body", { headers: keyed }, 400, "EXECUTUS_INVALID_INPUT"],
  ["half a body", { headers: keyed, body: '{"texts":[' }, 400, "BAD_REQUEST"],
  ["a body that is a string", { headers: keyed, body: '"a"' }, 400, "BAD_REQUEST"],
  [
    "a body that is no JSON",
    { headers: { ...keyed, "Content-Type": "text/plain" }, body: "{}" },
    415,
    "NOT_JSON",
  ],
  [
    "a body that is no gzip",
    { headers: { ...keyed, "Content-Encoding": "gzip" }, body: "{}" },
    400,
    "BAD_REQUEST",
  ],
  [
    "an unknown encoding",
    { headers: { ...keyed, "Content-Encoding": "x" }, body: "{}" },
    415,
    "BAD_REQUEST",
  ],
  [
    "too large a body",
    { headers: keyed, body: `{"a":"${"a".repeat(1 << 20)}"}` },
    413,
    "BAD_REQUEST",
  ],
];

test.each(badPosts)("a request with %s is refused", async (_, init, status, code) => {
  const { url, executor } = await serveApp();

  expect(refusal(await ask(`${url}/runs`, { method: "POST", ...init })).slice(0, 2)).toEqual([
    status,
    code,
  ]);
  expect(await executor.list()).toMatchObject({ runs: [] });
});

const badIds: readonly [string, string, number, string][] = [
  ["unknown", "survey-b", 404, "EXECUTUS_RUN_NOT_FOUND"],
  ["a way out", "..%2f..%2fetc%2fpasswd", 404, "EXECUTUS_RUN_NOT_FOUND"],
  ["of another database's language", "%24gt", 404, "EXECUTUS_RUN_NOT_FOUND"],
  ["a NUL", "%00", 400, "EXECUTUS_INVALID_RUN_ID"],
  ["a line break", "survey-a%0d%0aX-Header:%201", 400, "EXECUTUS_INVALID_RUN_ID"],
  ["600 bytes", "a".repeat(600), 400, "EXECUTUS_INVALID_RUN_ID"],
  ["200 letters of 3 bytes", encodeURIComponent("€".repeat(200)), 400, "EXECUTUS_INVALID_RUN_ID"],
  ["half a letter", "%E2%82", 400, "BAD_REQUEST"],
  ["a lone surrogate", "%ED%A0%80", 400, "BAD_REQUEST"],
  ["a percent sign", "%", 400, "BAD_REQUEST"],
];

test.each(badIds)("an id that is %s is refused by every verb", async (_, id, status, code) => {
  const { url } = await serveApp();
  const run = `${url}/runs/${id}`;

  expect(refusal(await ask(run))).toEqual([status, code]);
  expect(refusal(await ask(`${run}/events`))).toEqual([status, code]);
  expect(refusal(await ask(run, { method: "DELETE" }))).toEqual([status, code]);
});

test.each([
  ["limit=0", "INVALID_QUERY", ["limit"]],
  ["limit=101", "INVALID_QUERY", ["limit"]],
  ["limit=x", "INVALID_QUERY", ["limit"]],
  ["limit=1&limit=2", "INVALID_QUERY", ["limit"]],
  ["status=deleting", "INVALID_QUERY", ["status"]],
  ["order=x", "INVALID_QUERY", [""]],
  ["cursor=x", "EXECUTUS_INVALID_CURSOR"],
])("the list refuses ?%s", async (query, ...refused) => {
  const { url } = await serveApp();

  expect(refusal(await ask(`${url}/runs?${query}`))).toEqual([400, ...refused]);
});

test.each(["/", "/run", "/runs/a/b", "/runs/survey-a/events/1"])(
  "there is nothing at %s",
  async (path) => {
    const { url } = await serveApp();

    expect(refusal(await ask(`${url}${path}`))).toEqual([404, "NOT_FOUND"]);
  },
);

test("a server that is about to end sends clients elsewhere", async () => {
  const { url, executor } = await serveApp();
  await executor.shutdown();

  for (const answer of [
    await post(url, "a"),
    await ask(`${url}/runs/a`),
    await ask(`${url}/runs`),
  ]) {
    expect(refusal(answer)).toEqual([503, "EXECUTUS_EXECUTOR_CLOSED"]);
    expect(answer.headers.get("Retry-After")).toBe("1");
  }
});

test("a database that cannot be written to is said to be; the same request later is safe", async () => {
  const database = await newDatabase();
  const store = sqliteStore({ database, lockTimeoutMs: 1 });
  const { url, executor } = await serveApp({ store, beginTimeoutMs: 100 });
  await executor.list();
  using other = new DatabaseSync(database);
  other.exec("begin immediate");

  const refused = await post(url, "a");
  other.exec("rollback");

  expect(refusal(refused)).toEqual([503, "EXECUTUS_STORE_UNAVAILABLE"]);
  expect(refused.headers.get("Retry-After")).toBe("1");
  expect([200, 202]).toContain((await post(url, "a")).status);
  expect((await executor.list()).runs).toHaveLength(1);
});

test("what goes wrong here is logged, and not told", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  const broken = (): Promise<never> => Promise.reject(new Error("The secret is 42."));
  const { url } = await serveApp({ seenAs: (executor) => ({ ...executor, get: broken }) });

  const answer = await ask(`${url}/runs/survey-a`);

  expect(refusal(answer)).toEqual([500, "INTERNAL"]);
  expect(JSON.stringify(answer.body)).not.toContain("42");
  expect(logged).toHaveBeenCalledWith(new Error("The secret is 42."));
  logged.mockRestore();
});
