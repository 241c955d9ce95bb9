import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Deadline } from "./deadline.ts";

/** The result of one attempt. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

/** Why an attempt is repeated, and after how long. */
export interface Retry {
  readonly reason: string;
  /** Milliseconds that the server asked to wait (Retry-After). */
  readonly afterMs?: number | undefined;
  /** Milliseconds to wait instead of the backoff, for a server on this machine, which only this node uses. */
  readonly pauseMs?: number;
}

/** Which outcomes of an operation are retried, and how often. */
export interface RetryOptions<T> {
  /** Total number of attempts, including the first. */
  readonly attempts?: number;
  /** Returns undefined to stop retrying. */
  readonly retryIf: (outcome: Outcome<T>) => Retry | undefined;
}

/** Clock, deadline, random numbers and log of a {@link retry}. */
export interface RetryRuntime {
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly random: () => number;
  readonly log: Logger;
}

/** Default number of attempts, including the first. */
export const DEFAULT_ATTEMPTS = 4;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 2_000;

/**
 * Runs `operation` until `retryIf` returns undefined, the attempts run out, or the next wait would pass the deadline; then
 * returns or throws the last outcome. The backoff doubles from 100 ms to 2 s, and each wait is a random part of it, at
 * least half; a server's Retry-After wins when it is longer.
 */
export async function retry<T>(
  operation: () => Promise<T>,
  options: RetryOptions<T>,
  runtime: RetryRuntime,
): Promise<T> {
  const attempts = options.attempts ?? DEFAULT_ATTEMPTS;
  for (let attempt = 1; ; attempt++) {
    const outcome = await settle(operation);
    const next = options.retryIf(outcome);
    const waitMs =
      next === undefined
        ? 0
        : (next.pauseMs ?? Math.max(backoffMs(attempt, runtime.random()), next.afterMs ?? 0));
    if (next === undefined || attempt >= attempts || waitMs >= runtime.deadline.remainingMs()) {
      if (outcome.ok) return outcome.value;
      throw outcome.error;
    }
    runtime.log.debug("retry", { reason: next.reason, attempt, waitMs: Math.round(waitMs) });
    await runtime.clock.sleep(waitMs);
  }
}

function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  return ceiling * (0.5 + random * 0.5);
}

async function settle<T>(operation: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await operation() };
  } catch (error) {
    return { ok: false, error };
  }
}

/**
 * Milliseconds that a Retry-After header asks for (RFC 9110 section 10.2.3: seconds, or an HTTP date).
 * @param now milliseconds since the epoch
 * @returns undefined without the header, or if it is neither
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header.trim()) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
