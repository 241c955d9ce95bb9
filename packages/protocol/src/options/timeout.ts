import { OptionsError } from "../errors.ts";
import { GoDurationError, parseGoDuration } from "../go/duration.ts";
import type { Logger } from "../log.ts";

/** The kubelet kills a plugin after this time and discards its output (k8s.io/kubernetes, plugin.go, pluginExecTimeout). */
const KUBELET_LIMIT_MS = 60_000;

/** Timers overflow after 24 days; longer values are cut to this. */
const LONGEST_TIMEOUT_MS = 24 * 60 * 60 * 1000;

/**
 * The value of IMAGECRED_TIMEOUT in milliseconds. Warns if the kubelet does not wait that long.
 * @throws {OptionsError} if the value is not a duration above 0
 */
export function parseTimeout(value: string, log: Logger): number {
  let milliseconds: number;
  try {
    milliseconds = Number(parseGoDuration(value) / 1_000_000n);
  } catch (error) {
    if (!(error instanceof GoDurationError)) throw error;
    throw new OptionsError(`IMAGECRED_TIMEOUT is ${JSON.stringify(value)}, expected a duration such as 20s`);
  }
  if (milliseconds <= 0) throw new OptionsError(`IMAGECRED_TIMEOUT is ${value}, expected more than 0`);
  if (milliseconds >= KUBELET_LIMIT_MS)
    log.warn(`IMAGECRED_TIMEOUT is ${value}, but the kubelet ends plugins after 60s`);
  return Math.min(milliseconds, LONGEST_TIMEOUT_MS);
}
