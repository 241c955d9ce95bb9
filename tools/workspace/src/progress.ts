/** The destination of progress: standard output, or the object of a test. */
export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** On a terminal: back to the start of the line, which is emptied. */
const EMPTIED = "\r\u001b[2K";

/**
 * What long work is doing, how far it is and how long it took: `[3/8] static imagecred: 7.9 MB (2 s; 14 s so far)`. On a terminal the
 * step that runs is shown until it ends; elsewhere each step is one line, when it ends.
 */
export class Progress {
  readonly #total: number;
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  readonly #startedAt: number;
  #done = 0;

  /**
   * @param total how many steps there will be
   * @param now a clock in milliseconds
   */
  constructor(
    total: number,
    output: ProgressOutput = process.stdout,
    now: () => number = () => performance.now(),
  ) {
    this.#total = total;
    this.#output = output;
    this.#now = now;
    this.#startedAt = now();
  }

  /** Begins a step. @returns what ends it, with its result in a few words */
  step(what: string): (result: string) => void {
    const position = `[${++this.#done}/${this.#total}]`;
    const startedAt = this.#now();
    if (this.#output.isTTY === true) this.#output.write(`${position} ${what} …`);
    return (result) => {
      const [own, all] = [this.#now() - startedAt, this.#now() - this.#startedAt].map(formatSeconds);
      const line = `${position} ${what}: ${result} (${own}; ${all} so far)\n`;
      this.#output.write(this.#output.isTTY === true ? `${EMPTIED}${line}` : line);
    };
  }

  /** Writes a line between steps or during one. */
  note(line: string): void {
    this.#output.write(this.#output.isTTY === true ? `${EMPTIED}${line}\n` : `${line}\n`);
  }
}

/** `0.4 s`, `12 s`, `3 min 5 s` of milliseconds. */
export function formatSeconds(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
