import { hash } from "node:crypto";
import type { CallContext } from "../call-context.ts";
import type { ExecutusError } from "../errors.ts";
import { safeLogger } from "../logger.ts";
import type { Logger } from "../logger.ts";
import { withoutCarried } from "../carriers.ts";
import type { Runtime } from "../runtime.ts";
import type { Cancellation } from "./cancellation.ts";
import type { AttemptStart, GrowingState } from "./start.ts";
import type { Feed } from "./feed.ts";
import type { Teller } from "./teller.ts";

/** What the body of an attempt came to. `refusal`: it was not executed, because its definition does not fit it. */
export type BodyResult =
  | { readonly output: unknown }
  | { readonly error: unknown }
  | { readonly refusal: ExecutusError };

/** What the body of an attempt works with. */
export interface Attempt {
  readonly start: AttemptStart;
  readonly state: GrowingState;
  readonly cancellation: Cancellation;
  readonly feed: Feed;
  readonly teller: Teller;
  readonly logger: Logger;
  readonly input: unknown;
  readonly runtime: Runtime;
  /** Set when another owner has the run. */
  readonly ownership: { lost: { readonly error: unknown } | undefined };
  /** Whether an error comes of the executor's shutdown, although the run itself has not been stopped yet. */
  comesOfClosing(error: unknown): boolean;
  /** Calls user code, and waits for it. */
  call<T>(body: () => T | PromiseLike<T>): Promise<T>;
  /** Saves the state, and lets the critic look at it. */
  boundary(): Promise<void>;
  /** Tells that the definition fits what is completed, and lets the critic look at what a resumed run has already. */
  prepared(): Promise<void>;
}

/** What all code of a run is given. `position` names it in its run. */
export function contextFor(
  { start, cancellation, feed, logger, runtime }: Attempt,
  position: readonly (string | number)[],
): CallContext {
  const { id, createdAt } = start.info;
  return {
    id,
    signal: cancellation.signal,
    attempt: start.attempt,
    idempotencyKey: idempotencyKey(id, createdAt, position),
    logger: safeLogger(logger, { position: position.join(" ") }),
    report: (data) => feed.live({ type: "report", at: runtime.now(), data }),
  };
}

/** A name for one position of one run: equal across attempts and retries, different once it is deleted and begun anew. */
function idempotencyKey(
  id: string,
  createdAt: number,
  position: readonly (string | number)[],
): string {
  return hash("sha256", JSON.stringify([id, createdAt, ...position]), "base64url");
}

/** Runs user code: what was carried to the run is not carried into it. */
export function callUserCode<T>(
  cancellation: Cancellation,
  graceMs: number,
  body: () => T | PromiseLike<T>,
): Promise<T> {
  return cancellation.waitFor(graceMs, () => withoutCarried(body));
}
