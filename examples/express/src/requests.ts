import type { ListOptions } from "@executus/core";
import type { Request } from "express";
import { z } from "zod";
import { issuesIn, Refusal } from "./errors.ts";

const key = /^[\w.:-]{1,200}$/;

/** The run that a client means: the same key means the same run. @throws {Refusal} */
export function runIdOf(request: Request): string {
  const given = request.get("Idempotency-Key");
  if (given === undefined) {
    throw new Refusal(
      400,
      "IDEMPOTENCY_KEY_MISSING",
      'There is no "Idempotency-Key" header. Send one, and the same one if you send the request again.',
    );
  }
  if (!key.test(given)) {
    throw new Refusal(
      400,
      "IDEMPOTENCY_KEY_MALFORMED",
      'The "Idempotency-Key" header has to be 1 to 200 letters, digits and characters of "_.:-".',
    );
  }
  return `survey-${given}`;
}

/** The body of a request, which is not checked yet. @throws {Refusal} */
export function bodyOf(request: Request): unknown {
  if (request.is("application/json") !== false) return request.body;
  throw new Refusal(
    415,
    "NOT_JSON",
    'Send the body as JSON, with "Content-Type: application/json".',
  );
}

const listQuery = z.strictObject({
  status: z.enum(["active", "completed", "failed"]).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().optional(),
});

/** Which page of runs a client asks for. @throws {Refusal} */
export function pageOf(request: Request): ListOptions {
  const { data, error } = listQuery.safeParse(request.query);
  if (data !== undefined) return data;
  throw new Refusal(
    400,
    "INVALID_QUERY",
    'The query is not as it should be: see "issues".',
    issuesIn(error.issues),
  );
}

/** How many recorded events a client that comes again has seen. @throws {Refusal} */
export function positionOf(request: Request): number {
  const given = request.get("Last-Event-ID") ?? "";
  if (/^\d{0,9}$/.test(given)) return Number(given);
  throw new Refusal(
    400,
    "INVALID_LAST_EVENT_ID",
    'The "Last-Event-ID" header is none of this server.',
  );
}
