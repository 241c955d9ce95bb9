import type { Received, Reply } from "../core/exchange.ts";

/** Why a subject token was not accepted. */
export interface SubjectProblem {
  /** OAuth's error; default `invalid_grant`. */
  readonly error?: "unauthorized_client";
  readonly problem: string;
}

/** Passes a request on to AWS STS. */
export type AskSts = (request: Received) => Promise<Reply>;
