import type { RunStore } from "@executus/core";
import { referenceData, referenceStore } from "../reference-store.ts";

const data = referenceData();

/** One that takes its time, and prints what would spoil a report. */
export async function create(): Promise<RunStore> {
  console.log("connecting");
  return referenceStore(data, { durable: false, multiProcess: false });
}
