export { dynamoStore } from "./store.ts";
export type { DynamoStoreOptions } from "./options.ts";
