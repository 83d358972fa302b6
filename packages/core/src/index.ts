export type {
  Chunk,
  JournalRecord,
  ReadJournalOptions,
  RunGuard,
  RunPage,
  RunPatch,
  RunQuery,
  RunRef,
  RunRow,
  RunStatus,
  RunStore,
  StoreCapabilities,
  StoreLimits,
} from "./store.ts";
export type {
  Checkpointer,
  CheckpointerFactory,
  CheckpointState,
  PhaseOutput,
  ResumeState,
  RunInfo,
} from "./checkpointer.ts";
export { errorCodes, ExecutusError, isExecutusError, NotSerializableError } from "./errors.ts";
export type { ErrorCode, ExecutusErrorOptions } from "./errors.ts";
