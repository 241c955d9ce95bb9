/** A service's response. */
export type Response = "accepted" | "throttled" | "failed";

/** Requests to one service, second by second. */
export class Counts {
  readonly #from: number;
  readonly #seconds: Record<Response, number[]> = { accepted: [], throttled: [], failed: [] };
  readonly total: Record<Response, number> = { accepted: 0, throttled: 0, failed: 0 };

  /** @param fromMs requests before this time are not counted */
  constructor(fromMs: number) {
    this.#from = fromMs;
  }

  add(nowMs: number, response: Response): void {
    if (nowMs < this.#from) return;
    const second = Math.floor(nowMs / 1000);
    const seconds = this.#seconds[response];
    seconds[second] = (seconds[second] ?? 0) + 1;
    this.total[response]++;
  }

  /** All requests. */
  get requests(): number {
    return this.total.accepted + this.total.throttled + this.total.failed;
  }

  /** Share of throttled requests among those that came while the service worked: 0 to 1. */
  get throttledShare(): number {
    const { accepted, throttled } = this.total;
    return accepted + throttled === 0 ? 0 : throttled / (accepted + throttled);
  }

  /** Requests in each second since the start; a quiet second may be absent or 0. */
  perSecond(): readonly number[] {
    const length = Math.max(...Object.values(this.#seconds).map((seconds) => seconds.length));
    return Array.from({ length }, (_, second) =>
      Object.values(this.#seconds).reduce((sum, seconds) => sum + (seconds[second] ?? 0), 0),
    );
  }

  /** Requests in the busiest second. */
  get peak(): number {
    return this.perSecond().reduce((most, count) => Math.max(most, count), 0);
  }
}
