import { setTimeout as delay } from "node:timers/promises";

/** Why something that was waited for is not coming. */
export interface GiveUp {
  /** What was waited for; read when it has not come. */
  readonly what: string;
  readonly seconds: number;
  /** More about it: the end of a log. */
  readonly details?: () => string | Promise<string>;
}

/**
 * Waits for `wanted`, which stops its work when the signal aborts.
 * @throws Error with what was waited for and the details, when it does not come in time
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

/** Asks again and again, for things that nothing announces, until the response is not undefined. */
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
