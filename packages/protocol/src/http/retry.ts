import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Deadline } from "./deadline.ts";

/** What came of one attempt. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

/** Why an attempt should be repeated, and how long the server asked us to wait (milliseconds), if it did. */
export interface Retry {
  readonly because: string;
  readonly afterMs?: number | undefined;
  /** Milliseconds to wait instead of the backoff: for a server on this machine, which no fleet asks. */
  readonly pauseMs?: number;
}

/** Which outcomes of an operation are tried again, and how often. */
export interface RetryOptions<T> {
  /** Attempts in all, the first included. */
  readonly attempts?: number;
  /** undefined: take this outcome. */
  readonly again: (outcome: Outcome<T>) => Retry | undefined;
}

/** Clock, deadline, chance and log of a {@link retry}. */
export interface RetryRuntime {
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly random: () => number;
  readonly log: Logger;
}

/** Attempts in all, the first included, where a request does not set its own number. */
export const DEFAULT_ATTEMPTS = 4;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 2_000;

/**
 * Runs `operation` until its outcome is to be taken, attempts run out, or the wait for the next would pass the deadline;
 * then the last outcome is returned or thrown as it is. Backoff doubles from 100 ms with full jitter, at least half; a server's Retry-After wins
 * when it is longer.
 */
export async function retry<T>(
  operation: () => Promise<T>,
  options: RetryOptions<T>,
  runtime: RetryRuntime,
): Promise<T> {
  const attempts = options.attempts ?? DEFAULT_ATTEMPTS;
  for (let attempt = 1; ; attempt++) {
    const outcome = await settle(operation);
    const again = options.again(outcome);
    const waitMs =
      again === undefined
        ? 0
        : (again.pauseMs ?? Math.max(backoffMs(attempt, runtime.random()), again.afterMs ?? 0));
    if (again === undefined || attempt >= attempts || waitMs >= runtime.deadline.remainingMs()) {
      if (outcome.ok) return outcome.value;
      throw outcome.error;
    }
    runtime.log.debug("retry", { because: again.because, attempt, waitMs: Math.round(waitMs) });
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
 * @returns undefined without the header or for nonsense
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header.trim()) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
