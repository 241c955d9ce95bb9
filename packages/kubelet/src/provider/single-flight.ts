/** Shares one run among concurrent calls with the same key (golang.org/x/sync/singleflight). */
export class SingleFlight<T> {
  readonly #running = new Map<string, Promise<T>>();

  /** Runs `work`, or waits for a current run with the same key; `shared` says which. */
  async do(key: string, work: () => Promise<T>): Promise<{ readonly value: T; readonly shared: boolean }> {
    const running = this.#running.get(key);
    if (running !== undefined) return { value: await running, shared: true };
    const started = work().finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return { value: await started, shared: false };
  }
}
