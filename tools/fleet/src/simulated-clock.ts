import type { Clock } from "@imagecred/protocol";

/** The simulation starts on a Tuesday at midnight (milliseconds since the epoch). */
const EPOCH = Date.UTC(2030, 0, 1);

/**
 * Time that jumps from one event to the next. Code under simulation awaits {@link SimulatedClock.sleep} as it would with the system's clock;
 * whatever is due in the same millisecond continues in the order in which it was put to sleep, so a run is the same every time.
 */
export class SimulatedClock implements Clock {
  #now = 0;
  /** The callbacks that are due, by millisecond. */
  readonly #due = new Map<number, (() => void)[]>();
  readonly #times = new TimeHeap();

  now(): number {
    return EPOCH + this.#now;
  }

  elapsed(): number {
    return this.#now;
  }

  sleep(milliseconds: number): Promise<void> {
    const at = this.#now + Math.max(0, Math.ceil(milliseconds));
    return new Promise((resolve) => {
      const others = this.#due.get(at);
      if (others !== undefined) {
        others.push(resolve);
        return;
      }
      this.#due.set(at, [resolve]);
      this.#times.push(at);
    });
  }

  /** Runs until nothing sleeps any more, or until that many milliseconds have passed since the start. */
  async run(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    await settled();
    for (;;) {
      const next = this.#times.least();
      if (next === undefined || next > untilMs) return;
      this.#times.pop();
      this.#now = next;
      const due = this.#due.get(next) ?? [];
      this.#due.delete(next);
      for (const resolve of due) resolve();
      await settled();
    }
  }
}

/** Resolves when every promise that can continue has continued: Node.js runs all of them before its next immediate. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Distinct times, earliest first: a binary heap. */
class TimeHeap {
  readonly #times: number[] = [];

  least(): number | undefined {
    return this.#times[0];
  }

  push(time: number): void {
    const times = this.#times;
    let at = times.push(time) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = times[parent] ?? time;
      if (above <= time) break;
      times[at] = above;
      at = parent;
    }
    times[at] = time;
  }

  pop(): void {
    const times = this.#times;
    const last = times.pop();
    if (last === undefined || times.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const child = (times[right] ?? Number.POSITIVE_INFINITY) < (times[left] ?? 0) ? right : left;
      const below = times[child];
      if (below === undefined || below >= last) break;
      times[at] = below;
      at = child;
    }
    times[at] = last;
  }
}
