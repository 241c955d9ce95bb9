import type { Clock } from "../clock.ts";

/** A clock that tests advance; `sleep` advances it at once. */
export class ManualClock implements Clock {
  #now: number;
  #elapsed = 0;
  /** All sleeps so far, in milliseconds. */
  readonly sleeps: number[] = [];

  constructor(now = Date.UTC(2030, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    this.#elapsed += milliseconds;
  }

  /** Changes the time, as an operator or NTP does, without elapsed time. */
  jump(milliseconds: number): void {
    this.#now += milliseconds;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.sleeps.push(milliseconds);
    this.advance(milliseconds);
  }
}
