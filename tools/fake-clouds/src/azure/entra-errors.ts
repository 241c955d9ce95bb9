import { randomUUID } from "node:crypto";
import { json, type Reply } from "../core/exchange.ts";

/** An Entra error (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). */
export interface EntraProblem {
  readonly status: 400 | 401 | 429 | 503;
  /** OAuth's error: `invalid_client`. */
  readonly error: string;
  /** The number after AADSTS. */
  readonly code: number;
  readonly message: string;
}

export class EntraRefusal extends Error {
  override readonly name = "EntraRefusal";
  readonly problem: EntraProblem;

  constructor(problem: EntraProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** @throws {EntraRefusal} always */
export function refuse(status: EntraProblem["status"], error: string, code: number, message: string): never {
  throw new EntraRefusal({ status, error, code, message });
}

/** The error body of Entra's token endpoint, with trace and correlation ids. */
export function entraErrorReply(problem: EntraProblem, now: number, correlationId: string): Reply {
  const traceId = randomUUID();
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace("T", " ")}Z`;
  return json(
    problem.status,
    {
      error: problem.error,
      error_description: `AADSTS${problem.code}: ${problem.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [problem.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${problem.code}`,
    },
    { "x-ms-request-id": traceId, "cache-control": "no-store, no-cache" },
  );
}
