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
export {
  errorCodes,
  ExecutusError,
  InvalidInputError,
  isExecutusError,
  NotSerializableError,
} from "./errors.ts";
export type {
  ErrorCode,
  ErrorWith,
  ExecutusErrorOptions,
  NotSerializableOptions,
} from "./errors.ts";
export { classifyCheckpointOutcome, isShutdown } from "./outcome.ts";
export type { CheckpointOutcome } from "./outcome.ts";
export { withExistingCheckpointer, withResumeState } from "./carriers.ts";
export { jsonCodec } from "./codec.ts";
export type { Codec } from "./codec.ts";
export type { Logger } from "./logger.ts";
export { systemRuntime } from "./runtime.ts";
export type { Runtime, TimerOptions } from "./runtime.ts";
export type { Host } from "./host.ts";
export { defineRun, phase } from "./define-run.ts";
export type { BuildOptions, OutputsOf, RunDefinition } from "./define-run.ts";
export { defineLoop } from "./define-loop.ts";
export type { LoopOptions } from "./define-loop.ts";
export { defineAgent } from "./define-agent.ts";
export type { AgentInput, AgentOptions, AgentOutput, AssistantOf } from "./define-agent.ts";
export { defineTool } from "./define-tool.ts";
export type { ToolOptions } from "./define-tool.ts";
export type {
  AgentBody,
  Answer,
  Compact,
  Model,
  ModelRequest,
  Tool,
  ToolContext,
  ToolDescription,
} from "./agent.ts";
export type {
  AgentMessage,
  AnyMessage,
  AnyPart,
  AssistantMessage,
  JsonValue,
  SystemMessage,
  TextPart,
  ToolCallPart,
  ToolMessage,
  ToolResultOutput,
  ToolResultPart,
  UserMessage,
} from "./messages.ts";
export type { CallContext } from "./call-context.ts";
export type {
  AnyDefinition,
  Critic,
  Definition,
  DefinitionBody,
  DefinitionOptions,
  LoopTurn,
  Phase,
  PhaseContext,
  Progress,
  RunContext,
  TurnContext,
  TurnResult,
} from "./definition.ts";
export { createExecutor } from "./executor/executor.ts";
export type { Executor, OptionsOf } from "./executor/executor.ts";
export type { ExecutorOptions } from "./executor/settings.ts";
export type { RunOptions, RunSettings } from "./executor/run-options.ts";
export type { EventsOptions, RunHandle } from "./executor/handle.ts";
export type { LiveEvent, Recorded, RecordedEvent, RunEvent } from "./executor/events.ts";
export type { RecoveryReport, SkippedRun } from "./executor/sweep.ts";
export type { PruneOptions } from "./executor/prune.ts";
export type { ListOptions, RunList, RunSummary, RunView, VisibleStatus } from "./executor/runs.ts";
