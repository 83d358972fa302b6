import { absurd } from "./absurd.ts";
import { byHandPostgres } from "./by-hand-postgres.ts";
import { byHandSqlite } from "./by-hand-sqlite.ts";
import { dbos } from "./dbos.ts";
import { executus } from "./executus.ts";
import { langgraph } from "./langgraph.ts";
import { langgraphPut } from "./langgraph-put.ts";
import { openworkflowPostgres, openworkflowSqlite } from "./openworkflow.ts";
import type { System } from "./system.ts";

/** All of them, by the names that the worker takes. */
export const systems: Readonly<Record<SystemName, System>> = {
  executus,
  byHandSqlite,
  openworkflowSqlite,
  langgraph,
  langgraphPut,
  byHandPostgres,
  openworkflowPostgres,
  absurd,
  dbos,
};

export type SystemName =
  | "executus"
  | "byHandSqlite"
  | "openworkflowSqlite"
  | "langgraph"
  | "langgraphPut"
  | "byHandPostgres"
  | "openworkflowPostgres"
  | "absurd"
  | "dbos";
