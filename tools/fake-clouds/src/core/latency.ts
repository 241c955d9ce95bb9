/** Milliseconds to wait before each response, for all services and for single ones. */
export class Latency {
  #everywhere = 0;
  readonly #perService = new Map<string, number>();

  /** @param milliseconds before each response @param service only this one; default: all without their own value */
  set(milliseconds: number, service?: string): void {
    if (service === undefined) this.#everywhere = milliseconds;
    else this.#perService.set(service, milliseconds);
  }

  of(service: string): number {
    return this.#perService.get(service) ?? this.#everywhere;
  }

  clear(): void {
    this.#everywhere = 0;
    this.#perService.clear();
  }
}
