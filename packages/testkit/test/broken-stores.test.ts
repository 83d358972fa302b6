import { faults, scenarios, storeConformance } from "../src/index.ts";
import { referenceData, referenceStore } from "./reference-store.ts";
import { proveTeeth } from "./teeth.ts";

proveTeeth({
  what: "store",
  scenarios,
  faults,
  casesFor: (fault) => {
    const data = referenceData();
    const breakStore = fault.make();
    return storeConformance({
      create: () => breakStore(referenceStore(data)),
      listingLagMs: 0,
    });
  },
});
