import type { RunStore } from "@executus/core";
import { referenceData, referenceStore } from "../reference-store.ts";

const store = referenceStore(referenceData());

export default (): RunStore => store;
