import type { RunStore } from "@executus/core";
import { referenceData, referenceStore } from "../reference-store.ts";

const store: RunStore = referenceStore(referenceData());

export default store;
