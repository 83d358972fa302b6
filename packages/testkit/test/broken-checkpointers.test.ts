import {
  checkpointerConformance,
  checkpointerFaults,
  checkpointerScenarios,
} from "../src/index.ts";
import { type CheckpointerData, referenceCheckpointers } from "./reference-checkpointers.ts";
import { proveTeeth } from "./teeth.ts";

proveTeeth({
  what: "host",
  scenarios: checkpointerScenarios,
  faults: checkpointerFaults,
  casesFor: ({ make }) => {
    const data: CheckpointerData = new Map();
    return checkpointerConformance({
      name: "broken",
      capabilities: { resumes: true, unique: true, releases: true, fences: true, cancels: true },
      create: () => make(referenceCheckpointers(data)),
      lagMs: 0,
    });
  },
});
