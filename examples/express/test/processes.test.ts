import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { openEvents } from "./event-source.ts";
import { startServer } from "./processes.ts";
import { ask, newDatabase, post, texts } from "./support.ts";
import { webHook } from "./web-hook.ts";

const done = {
  status: "completed",
  phases: ["count", "compare", "notify"],
  output: {
    texts: [
      { name: "fox", words: 9 },
      { name: "cat", words: 9 },
      { name: "poem", words: 8 },
    ],
    alike: [{ names: ["fox", "cat"], share: 7 / 9 }],
  },
};

test("a process that is killed in the middle of a phase: another one goes on, and does nothing twice but that phase", async () => {
  const [database, hook] = [await newDatabase(), await webHook()];
  const first = await startServer(database, { NOTIFY_URL: hook.url });
  const second = await startServer(database, { NOTIFY_URL: hook.url });
  await post(first.url, "a");
  const events = await openEvents(`${second.url}/runs/survey-a/events`);
  const before = await hook.next();

  first.kill("SIGKILL");
  const after = await hook.next();
  after.answer(204);

  const told = await events.rest();
  const recorded = told.filter(({ id }) => id !== undefined);
  expect(
    recorded.map(({ id, event, data }) => [id, event, data["name"] ?? data["attempt"]]),
  ).toEqual([
    ["1", "begun", undefined],
    ["2", "phase-completed", "count"],
    ["3", "phase-completed", "compare"],
    ["4", "attempt", 2],
    ["5", "phase-completed", "notify"],
    ["6", "ended", undefined],
  ]);
  const started = told.filter(({ event }) => event === "phase-started");
  expect(started.map(({ data }) => data["name"])).toEqual(["notify"]);
  expect((await ask(`${second.url}/runs/survey-a`)).body).toMatchObject({ ...done, attempt: 2 });
  // Whoever is told twice can tell by the key.
  expect(after.key).toBe(before.key);
  expect(after.message).toEqual(before.message);
});

test("a phase that was cut off runs again from its start, in a process that is started later", async () => {
  const [database, hook] = [await newDatabase(), await webHook()];
  const first = await startServer(database, { PAUSE_MS: 600_000 });
  await post(first.url, "a");
  const watched = await openEvents(`${first.url}/runs/survey-a/events`);
  await watched.until("report");

  first.kill("SIGKILL");
  await first.ended;
  const second = await startServer(database, { NOTIFY_URL: hook.url });
  const call = await hook.next();

  const events = await openEvents(`${second.url}/runs/survey-a/events`, watched.lastEventId);
  const told = await events.until("phase-started", ({ name }) => name === "notify");
  const counted = told.map(({ data }) => data["data"]).filter((report) => isOf(report, "count"));
  expect(counted).toEqual([1, 2, 3].map((n) => ({ phase: "count", done: n, total: 3 })));
  call.answer(204);
  await events.until("ended");
  expect((await ask(`${second.url}/runs/survey-a`)).body).toMatchObject({ ...done, attempt: 2 });
});

function isOf(report: unknown, phase: string): boolean {
  return (report as { readonly phase: string } | undefined)?.phase === phase;
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s lets runs end that end soon, and takes no new ones",
  async (signal) => {
    const [database, hook] = [await newDatabase(), await webHook()];
    const server = await startServer(database, { NOTIFY_URL: hook.url });
    await post(server.url, "a");
    const events = await openEvents(`${server.url}/runs/survey-a/events`);
    const call = await hook.next();

    server.kill(signal);
    await server.printed(`${signal}: draining`);
    const refused = await once(connect(Number(new URL(server.url).port), "127.0.0.1"), "error");
    call.answer(204);

    expect(refused[0]).toMatchObject({ code: "ECONNREFUSED" });
    expect((await events.rest()).at(-1)?.event).toBe("ended");
    expect(await server.ended).toBe(0);
    expect(server.lines.at(-1)).toBe("Drained");
    const later = await startServer(database);
    expect((await ask(`${later.url}/runs/survey-a`)).body).toMatchObject({ ...done, attempt: 1 });
  },
);

test("SIGTERM releases runs that take longer; a new process goes on with them, and streams with where they were", async () => {
  const [database, hook] = [await newDatabase(), await webHook()];
  const settings = { NOTIFY_URL: hook.url, GRACE_MS: 0, LEASE_MS: 600_000 };
  const first = await startServer(database, settings);
  await post(first.url, "a");
  const cutOff = await openEvents(`${first.url}/runs/survey-a/events`);
  await hook.next();

  first.kill("SIGTERM");

  expect((await cutOff.rest()).at(-1)?.event).toBe("released");
  expect(await first.ended).toBe(0);
  const second = await startServer(database, settings);
  (await hook.next()).answer(204);
  const resumed = await openEvents(`${second.url}/runs/survey-a/events`, cutOff.lastEventId);
  const recorded = (await resumed.rest()).filter(({ id }) => id !== undefined);
  expect(recorded.map(({ id, event }) => [id, event])).toEqual([
    ["5", "attempt"],
    ["6", "phase-completed"],
    ["7", "ended"],
  ]);
  expect((await ask(`${second.url}/runs/survey-a`)).body).toMatchObject({ ...done, attempt: 2 });
});

test("SIGTERM does not wait for slow clients, and ends streams of runs that other processes drive", async () => {
  const [database, hook] = [await newDatabase(), await webHook()];
  const driving = await startServer(database, { NOTIFY_URL: hook.url });
  const other = await startServer(database, { GRACE_MS: 600_000 });
  await post(driving.url, "a");
  const call = await hook.next();
  const events = await openEvents(`${other.url}/runs/survey-a/events`);
  const slow = connect(Number(new URL(other.url).port), "127.0.0.1").on("error", () => {});
  slow.write("POST /runs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n");
  slow.write("Content-Length: 100\r\nExpect: 100-continue\r\n\r\n");
  await once(slow, "data");
  await events.until("phase-completed", ({ name }) => name === "compare");

  other.kill("SIGTERM");

  expect(await events.rest()).toEqual([]);
  expect(await other.ended).toBe(0);
  call.answer(204);
  const watched = await openEvents(`${driving.url}/runs/survey-a/events`, events.lastEventId);
  await watched.until("ended");
  expect((await ask(`${driving.url}/runs/survey-a`)).body).toMatchObject({ ...done, attempt: 1 });
});

test("a second signal ends it at once, and a new process goes on all the same", async () => {
  const [database, hook] = [await newDatabase(), await webHook()];
  const first = await startServer(database, { NOTIFY_URL: hook.url, GRACE_MS: 600_000 });
  await post(first.url, "a");
  await hook.next();

  first.kill("SIGTERM");
  await first.printed("SIGTERM: draining");
  first.kill("SIGTERM");

  expect(await first.ended).toBe(143);
  const second = await startServer(database, { NOTIFY_URL: hook.url });
  (await hook.next()).answer(204);
  const events = await openEvents(`${second.url}/runs/survey-a/events`);
  expect((await events.rest()).at(-1)?.data).toMatchObject({ status: "completed" });
});

test("the same key sent to two processes at once is one run", async () => {
  const [database, hook] = [await newDatabase(), await webHook()];
  const servers = [
    await startServer(database, { NOTIFY_URL: hook.url }),
    await startServer(database, { NOTIFY_URL: hook.url }),
  ];

  const answers = await Promise.all(
    [...servers, ...servers, ...servers].map(({ url }) => post(url, "a")),
  );
  (await hook.next()).answer(204);

  for (const { status, headers, body } of answers) {
    expect([200, 202]).toContain(status);
    expect(headers.get("Location")).toBe("/runs/survey-a");
    expect(body).toMatchObject({ id: "survey-a", attempt: 1 });
  }
  for (const { url } of servers) {
    const told = await (await openEvents(`${url}/runs/survey-a/events`)).rest();
    expect(told.filter(({ event }) => event === "phase-completed")).toHaveLength(3);
    expect((await post(url, "a")).status).toBe(200);
    expect((await post(url, "a", { texts: texts.texts.slice(1) })).status).toBe(409);
  }
  expect(hook.calls).toHaveLength(1);
});

test("a run is cancelled through a process that does not drive it", async () => {
  const [database, hook] = [await newDatabase(), await webHook()];
  const first = await startServer(database, { NOTIFY_URL: hook.url });
  const second = await startServer(database, { NOTIFY_URL: hook.url });
  await post(first.url, "a");
  await hook.next();
  const events = await openEvents(`${second.url}/runs/survey-a/events`);
  const run = `${second.url}/runs/survey-a`;

  const asked = await ask(run, { method: "DELETE" });

  expect(asked).toMatchObject({ status: 202, body: { cancelAsked: true } });
  const told = (await events.rest()).map(({ event }) => event);
  expect(told.slice(-2)).toEqual(["cancel-asked", "ended"]);
  expect((await ask(run)).body).toMatchObject({
    status: "failed",
    error: { code: "EXECUTUS_CANCELLED" },
  });
  expect(await ask(run, { method: "DELETE" })).toMatchObject({
    status: 409,
    body: { error: { code: "RUN_ENDED" } },
  });
});

test("a server that cannot work does not start, and says why", async () => {
  const database = await newDatabase();
  const { url } = await startServer(database);
  const { port } = new URL(url);

  await expect(startServer(`${database}/missing/runs.sqlite`)).rejects.toThrow(
    /^It ended \(1\).*EXECUTUS_STORE_MISCONFIGURED/s,
  );
  await expect(startServer(database, { PORT: port })).rejects.toThrow(
    /^It ended \(1\).*EADDRINUSE/s,
  );
  await expect(startServer(database, { PORT: "x" })).rejects.toThrow(/^It ended \(1\).*at PORT/s);
});
