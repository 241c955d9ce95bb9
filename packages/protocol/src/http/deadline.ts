import type { Clock } from "../clock.ts";

/**
 * The time limit that all calls of one run share. The kubelet kills a plugin after 60 seconds and discards its output, so
 * a run must end earlier and report the reason.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #endsAt: number;
  /** Limit of the whole run in milliseconds. */
  readonly totalMs: number;

  constructor(totalMs: number, clock: Clock) {
    this.#clock = clock;
    this.totalMs = totalMs;
    // Not `now`: a node that has just booted may set its clock during a run.
    this.#endsAt = clock.elapsed() + totalMs;
  }

  /** Milliseconds left, never negative. */
  remainingMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.elapsed());
  }
}

/** The limit without IMAGECRED_TIMEOUT: a third of the kubelet's minute, as three providers may run for one image. */
export const DEFAULT_TIMEOUT_MS = 20_000;
