export { startDynamo } from "./dynamo.ts";
export type { DynamoOptions } from "./dynamo.ts";
export { isMissing, serverOrSkip } from "./missing.ts";
export type { Missing } from "./missing.ts";
export { startMongo } from "./mongo.ts";
export type { ProvidedServer } from "./shared-server.ts";
export type { TestServer } from "./test-server.ts";
