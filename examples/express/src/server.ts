import express from "express";
import type { Express } from "express";
import { answerErrors, Refusal } from "./errors.ts";
import { runRoutes } from "./routes.ts";
import type { RouteOptions } from "./routes.ts";

/** Makes the app around an executor. */
export function makeApp(options: RouteOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use("/runs", runRoutes(options));
  app.use(() => {
    throw new Refusal(404, "NOT_FOUND", "There is nothing here. Runs are at /runs.");
  });
  app.use(answerErrors);
  return app;
}
