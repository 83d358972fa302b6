export { memoryData, type MemoryData } from "./data.ts";
export { memoryStore, type MemoryStoreOptions } from "./store.ts";
