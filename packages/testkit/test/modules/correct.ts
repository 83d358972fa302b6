import type { RunStore } from "@executus/core";
import { referenceData, referenceStore } from "../reference-store.ts";

const data = referenceData();

export default function create(): RunStore {
  return referenceStore(data);
}
