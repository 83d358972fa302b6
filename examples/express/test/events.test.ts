import type { ServerResponse } from "node:http";
import type { RunEvent } from "@executus/core";
import { expect, test, vi } from "vitest";
import { streamEvents } from "../src/events-stream.ts";
import { serveApp } from "./app.ts";
import { openEvents } from "./event-source.ts";
import { ask, post, serve } from "./support.ts";
import { webHook } from "./web-hook.ts";

test("events come as they happen; those that are recorded have their position as their id", async () => {
  const hook = await webHook();
  const { url } = await serveApp({ notifyUrl: hook.url });
  await post(url, "a");
  const call = await hook.next();

  const events = await openEvents(`${url}/runs/survey-a/events`);
  const before = await events.until("phase-started", ({ name }) => name === "notify");
  call.answer(204);
  const told = [...before, ...(await events.rest())];

  expect(events.response.headers.get("Content-Type")).toBe("text/event-stream");
  expect(told.map(({ id, event, data }) => [id, event, data["name"] ?? data["data"]])).toEqual([
    ["1", "begun", undefined],
    [undefined, "phase-started", "count"],
    [undefined, "report", { phase: "count", done: 1, total: 3 }],
    [undefined, "report", { phase: "count", done: 2, total: 3 }],
    [undefined, "report", { phase: "count", done: 3, total: 3 }],
    ["2", "phase-completed", "count"],
    [undefined, "phase-started", "compare"],
    [undefined, "report", { phase: "compare", done: 1, total: 3 }],
    [undefined, "report", { phase: "compare", done: 2, total: 3 }],
    [undefined, "report", { phase: "compare", done: 3, total: 3 }],
    ["3", "phase-completed", "compare"],
    [undefined, "phase-started", "notify"],
    ["4", "phase-completed", "notify"],
    ["5", "ended", undefined],
  ]);
});

test("a client that comes again goes on after what it has seen, and is told when there is no more", async () => {
  const hook = await webHook();
  const { url } = await serveApp({ notifyUrl: hook.url });
  await post(url, "a");
  const call = await hook.next();
  const stream = `${url}/runs/survey-a/events`;
  const first = await openEvents(stream);
  await first.until("phase-completed");
  first.leave();

  const second = await openEvents(stream, first.lastEventId);
  const told = await second.until("phase-started", ({ name }) => name === "notify");
  call.answer(204);
  await second.until("ended");
  const third = await openEvents(stream, second.lastEventId);

  expect(told.map(({ id }) => id).filter((id) => id !== undefined)).toEqual(["3"]);
  expect(second.lastEventId).toBe("5");
  // This is what keeps an EventSource from asking again and again.
  expect(third.response.status).toBe(204);
});

test.each(["x", "-1", "1.5", "1e3", "9".repeat(30)])(
  "%s is no position to go on from",
  async (id) => {
    const { url } = await serveApp();
    await post(url, "a");

    const answer = await ask(`${url}/runs/survey-a/events`, { headers: { "Last-Event-ID": id } });

    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: "INVALID_LAST_EVENT_ID" } },
    });
  },
);

test("a stream without events says that it is there", async () => {
  const hook = await webHook();
  const { url } = await serveApp({ notifyUrl: hook.url, keepAliveMs: 5 });
  await post(url, "a");
  const call = await hook.next();
  const events = await openEvents(`${url}/runs/survey-a/events`);
  const rest = events.rest();

  await vi.waitFor(() => expect(events.comments.length).toBeGreaterThan(2));
  call.answer(204);

  expect((await rest).at(-1)?.event).toBe("ended");
});

test("a client that goes away stops its stream, and hurts no run", async () => {
  const hook = await webHook();
  const left = Promise.withResolvers<void>();
  const { url, executor } = await serveApp({
    notifyUrl: hook.url,
    seenAs: (seen) => ({
      ...seen,
      attach: async (id) => {
        const handle = await seen.attach(id);
        return { ...handle, events: (options) => noting(handle.events(options), left.resolve) };
      },
    }),
  });
  await post(url, "a");
  const call = await hook.next();
  const events = await openEvents(`${url}/runs/survey-a/events`);
  await events.until("phase-started", ({ name }) => name === "notify");

  events.leave();
  await left.promise;
  call.answer(204);

  await executor.idle();
  expect(await executor.get("survey-a")).toMatchObject({ status: "completed" });
});

test("a client that does not read holds up its own stream alone, until it goes away", async () => {
  const stuck = Promise.withResolvers<ServerResponse>();
  const streamed = Promise.withResolvers<void>();
  async function* endless(): AsyncGenerator<RunEvent, void> {
    for (;;) yield { type: "report", at: 0, data: "a".repeat(100_000) };
  }
  const url = await serve((_request, response) => {
    stuck.resolve(response);
    const options = { after: 0, ended: false, keepAliveMs: 600_000 };
    streamEvents(response, { events: endless }, options).then(streamed.resolve, streamed.reject);
  });
  const events = await openEvents(url);
  const response = await stuck.promise;
  await vi.waitFor(() => expect(response.writableNeedDrain).toBe(true));

  events.leave();

  await streamed.promise;
});

/** The same events. @param stopped - called when listening to them has ended for their reader's sake */
async function* noting(
  events: AsyncIterable<RunEvent>,
  stopped: () => void,
): AsyncGenerator<RunEvent, void> {
  try {
    yield* events;
  } catch (error) {
    stopped();
    throw error;
  }
}
