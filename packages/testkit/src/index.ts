export { storeConformance } from "./conformance.ts";
export type { ConformanceCase, ConformanceOptions } from "./conformance.ts";
export type { Scenario, ScenarioContext } from "./scenario.ts";
export { scenarios } from "./scenarios/index.ts";
export type { Fault } from "./faults/fault.ts";
export { faults } from "./faults/index.ts";
