export { mongoStore } from "./store.ts";
export type { MongoStoreOptions } from "./options.ts";
