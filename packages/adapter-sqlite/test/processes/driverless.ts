import { isExecutusError } from "@executus/core";
import { sqliteStore } from "../../src/index.ts";

// Runs without `node:sqlite`: says that the import went well, and what opening reports.

process.send?.("imported");
try {
  await sqliteStore({ database: "runs.sqlite" }).open();
} catch (error) {
  if (isExecutusError(error)) process.send?.([error.code, error.message]);
}
process.disconnect();
