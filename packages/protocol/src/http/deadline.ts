import type { Clock } from "../clock.ts";

/**
 * The one time limit that all calls of a request share. The kubelet kills a plugin after 60 seconds without keeping a
 * word of what it knew, so we stop well before and say why.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #endsAt: number;
  /** Milliseconds that the whole request may take. */
  readonly totalMs: number;

  constructor(totalMs: number, clock: Clock) {
    this.#clock = clock;
    this.totalMs = totalMs;
    // A node that has just booted may have its time set in the middle of a run.
    this.#endsAt = clock.elapsed() + totalMs;
  }

  /** Milliseconds left, never negative. */
  remainingMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.elapsed());
  }
}

/** Without IMAGECRED_TIMEOUT. Three times this fits into the kubelet's minute for a provider behind two others. */
export const DEFAULT_TIMEOUT_MS = 20_000;
