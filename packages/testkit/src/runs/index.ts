import type { Scenario } from "../scenario.ts";
import { attemptScenarios } from "./attempts.ts";
import { cancelScenarios } from "./cancel.ts";
import { duplicateNameScenarios } from "./duplicate-names.ts";
import { beginExitScenarios } from "./exits-at-begin.ts";
import { abortScenarios } from "./exits-by-abort.ts";
import { exitScenarios } from "./exits.ts";
import { idScenarios } from "./ids.ts";
import { largeScenarios } from "./large.ts";
import { lateHeartbeatScenarios } from "./late-heartbeats.ts";
import { mishapScenarios } from "./mishaps.ts";
import { raceScenarios } from "./races.ts";
import { recreatedScenarios } from "./recreated.ts";
import { resumeScenarios } from "./resume.ts";
import { retryScenarios } from "./retry.ts";
import { valueScenarios } from "./values.ts";
import { verbScenarios } from "./verbs.ts";
import { zombieScenarios } from "./zombies.ts";

/** What whole runs keep on a store, through the executor. */
export const runScenarios: readonly Scenario[] = [
  ...resumeScenarios,
  ...duplicateNameScenarios,
  ...exitScenarios,
  ...abortScenarios,
  ...beginExitScenarios,
  ...zombieScenarios,
  ...mishapScenarios,
  ...lateHeartbeatScenarios,
  ...raceScenarios,
  ...attemptScenarios,
  ...cancelScenarios,
  ...retryScenarios,
  ...recreatedScenarios,
  ...valueScenarios,
  ...largeScenarios,
  ...idScenarios,
  ...verbScenarios,
];
