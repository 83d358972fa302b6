import type { Executor, RunView } from "@executus/core";
import express from "express";
import type { Response, Router } from "express";
import { Refusal } from "./errors.ts";
import { streamEvents } from "./events-stream.ts";
import type { SurveyJob } from "./job.ts";
import { bodyOf, pageOf, positionOf, runIdOf } from "./requests.ts";
import { showRun, showSummary } from "./run-view.ts";

export interface RouteOptions {
  readonly executor: Executor;
  readonly survey: SurveyJob;
  /** How often a stream that has nothing to say says so. */
  readonly keepAliveMs: number;
}

/** What can be done with runs. Errors are answered by the app. */
export function runRoutes({ executor, survey, keepAliveMs }: RouteOptions): Router {
  const router = express.Router();

  router.post("/", express.json({ limit: "1mb" }), async (request, response) => {
    const id = runIdOf(request);
    // Checked by the survey's schema, and compared with that of the run if there is one.
    const input = bodyOf(request);
    const { begun } = await executor.start(survey, { id, input });
    response.status(begun ? 202 : 200).location(`${request.baseUrl}/${encodeURIComponent(id)}`);
    await show(id, response);
  });

  router.get("/", async (request, response) => {
    const { runs, cursor } = await executor.list(pageOf(request));
    response.json({ runs: runs.map(showSummary), cursor });
  });

  router.get("/:id", async ({ params: { id } }, response) => {
    await show(id, response);
  });

  router.delete("/:id", async ({ params: { id } }, response) => {
    const isAsked = await executor.cancel(id);
    if (!isAsked) throw new Refusal(409, "RUN_ENDED", `Run "${id}" has ended already.`);
    await show(id, response.status(202));
  });

  router.get("/:id/events", async (request, response) => {
    const { id } = request.params;
    const after = positionOf(request);
    const { status } = await find(id);
    const handle = await executor.attach(id);
    const ended = status !== "active";
    await streamEvents(response, handle, { after, ended, keepAliveMs });
  });

  async function show(id: string, response: Response): Promise<void> {
    response.json(showRun(await find(id)));
  }

  async function find(id: string): Promise<RunView> {
    const run = await executor.get(id);
    if (run !== undefined) return run;
    throw new Refusal(404, "EXECUTUS_RUN_NOT_FOUND", `There is no run with the id "${id}".`);
  }

  return router;
}
