import type { Received, Reply } from "../core/exchange.ts";

/** The reason to reject a subject token. */
export interface SubjectProblem {
  /** OAuth's error; default `invalid_grant`. */
  readonly error?: "unauthorized_client";
  readonly problem: string;
}

/** Forwards a request to AWS STS. */
export type AskSts = (request: Received) => Promise<Reply>;
