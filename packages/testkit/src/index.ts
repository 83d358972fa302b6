export { storeConformance } from "./conformance.ts";
export type { ConformanceCase, ConformanceOptions } from "./conformance.ts";
export { journalChunk, journalRecord, runRow } from "./fixtures.ts";
export type { Scenario, ScenarioContext } from "./scenario.ts";
export { scenarios } from "./scenarios/index.ts";
export type { Fault } from "./faults/fault.ts";
export { faults } from "./faults/index.ts";
export { checkpointerConformance, checkpointerScenarios } from "./checkpointer/conformance.ts";
export type { CheckpointerConformanceOptions } from "./checkpointer/conformance.ts";
export type { CheckpointerContext, CheckpointerScenario } from "./checkpointer/drive.ts";
export type {
  CheckpointerCapabilities,
  CheckpointerHost,
  LoadedRun,
  Reattached,
} from "./checkpointer/host.ts";
export type { CheckpointerFault } from "./checkpointer/fault.ts";
export { checkpointerFaults } from "./checkpointer/faults.ts";
