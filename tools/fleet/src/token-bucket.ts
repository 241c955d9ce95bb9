import type { Limit } from "./limits.ts";

/** Accepts requests at a rate, and a burst after a quiet time, as the clouds describe their own throttling. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAt: number;

  /** @param now milliseconds of the simulation */
  constructor({ perSecond, burst }: Pick<Limit, "perSecond" | "burst">, now = 0) {
    this.#perMs = perSecond / 1000;
    this.#capacity = burst;
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /** Whether one more request is accepted. */
  take(now: number): boolean {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
