import { serverOrSkip } from "@executus/test-servers";
import { inject } from "vitest";
import { dynamoPlace, mongoPlace } from "./server-places.ts";
import { sqlitePlace } from "./stores.ts";
import type { SharedPlace } from "./stores.ts";

/** Places that several processes reach, on the servers of this run of tests. */
export const sharedPlaces: readonly {
  readonly name: string;
  open(skip: (reason: string) => never): SharedPlace;
}[] = [
  { name: "sqlite", open: sqlitePlace },
  { name: "mongo", open: (skip) => mongoPlace(serverOrSkip(inject("mongo"), skip).url) },
  { name: "dynamo", open: (skip) => dynamoPlace(serverOrSkip(inject("dynamo"), skip).url) },
];
