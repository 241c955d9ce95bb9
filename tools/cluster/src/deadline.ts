import { setTimeout as delay } from "node:timers/promises";

/** Details for the error when a wait times out. */
export interface GiveUp {
  /** The awaited event; read after the timeout. */
  readonly what: string;
  readonly seconds: number;
  /** More details: the end of a log. */
  readonly details?: () => string | Promise<string>;
}

/**
 * Waits for `wanted`, which stops its work when the signal aborts.
 * @throws Error with the awaited event and the details after the timeout
 */
export async function within<T>(giveUp: GiveUp, wanted: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { seconds, details } = giveUp;
  const signal = AbortSignal.timeout(seconds * 1000);
  try {
    return await wanted(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const more = details === undefined ? "" : `\n${await details()}`;
    throw new Error(`${giveUp.what}: not within ${seconds} s${more}`, { cause: error });
  }
}

/** Polls, for things that have no notification, until the result is not undefined. */
export async function poll<T>(
  giveUp: GiveUp,
  ask: () => T | undefined | Promise<T | undefined>,
  milliseconds = 50,
): Promise<T> {
  return await within(giveUp, async (signal) => {
    for (;;) {
      const response = await ask();
      if (response !== undefined) return response;
      await delay(milliseconds, undefined, { signal });
    }
  });
}
