/**
 * Go's `time.Duration` as text, for `cacheDuration`, `defaultCacheDuration` and `IMAGECRED_TIMEOUT`.
 *
 * A port of `ParseDuration` (Go 1.26, src/time/format.go) and `Duration.String` (src/time/time.go), including the
 * error texts and the rounding of fractions. The kubelet parses with the original, so with any difference we would accept
 * durations that the kubelet refuses, or refuse durations that it accepts.
 */

/** The text is not a Go duration. `message` is Go's own, for example `time: missing unit in duration "10"`. */
export class GoDurationError extends Error {
  override name = "GoDurationError";
}

const UINT63 = 1n << 63n;
const MAX_INT64 = UINT63 - 1n;

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  "\u00b5s": 1_000n, // micro sign
  "\u03bcs": 1_000n, // Greek letter mu
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Of {@link UINT63}. */
const MAX_DIGITS = 19;

/**
 * Parses a Go duration such as `5m`, `1h30m` or `-1.5s`.
 *
 * @returns nanoseconds, within a signed 64-bit integer
 * @throws {GoDurationError} with Go's text
 */
export function parseGoDuration(text: string): bigint {
  const negative = text.startsWith("-");
  const body = negative || text.startsWith("+") ? text.slice(1) : text;
  if (body === "0") return 0n;
  if (body === "") throw invalid(text);

  let total = 0n;
  for (let at = 0; at < body.length; ) {
    const term = matchAt(/(\d*)(?:\.(\d*))?/y, body, at);
    const whole = term?.[1] ?? "";
    const fraction = term?.[2] ?? "";
    // Go checks the size of the integer before it parses what follows.
    const digits = whole.replace(/^0+/, "");
    const integer = digits.length > MAX_DIGITS ? UINT63 + 1n : BigInt(digits);
    if (integer > UINT63) throw invalid(text);
    if (whole === "" && fraction === "") throw invalid(text);
    at += term?.[0].length ?? 0;

    const unit = matchAt(/[^.\d]*/y, body, at)?.[0] ?? "";
    if (unit === "") throw new GoDurationError(`time: missing unit in duration ${quote(text)}`);
    const scale = Object.hasOwn(NANOSECONDS, unit) ? NANOSECONDS[unit] : undefined;
    if (scale === undefined) {
      throw new GoDurationError(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`);
    }
    at += unit.length;

    if (integer > UINT63 / scale) throw invalid(text);
    const value = integer * scale + fractionOf(fraction, scale);
    if (value > UINT63) throw invalid(text);
    // Go adds in 64 bits: two terms of exactly 2^63 ns wrap to zero.
    total = BigInt.asUintN(64, total + value);
    if (total > UINT63) throw invalid(text);
  }
  if (negative) return -total;
  if (total > MAX_INT64) throw invalid(text);
  return total;
}

/** @param pattern sticky */
function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The nanoseconds of `.digits` units: digits that do not fit 63 bits are dropped, the rest goes through a float64. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > MAX_INT64 / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > UINT63) break;
    value = next;
    scale *= 10;
  }
  return value === 0n ? 0n : BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

function invalid(text: string): GoDurationError {
  return new GoDurationError(`time: invalid duration ${quote(text)}`);
}

/** Package time has its own quoting: what is not printable ASCII becomes the `\xNN` of its UTF-8 bytes. */
function quote(text: string): string {
  const quoted = Array.from(new TextEncoder().encode(text), (byte) => {
    if (byte >= 0x80 || byte < 0x20) return `\\x${byte.toString(16).padStart(2, "0")}`;
    return byte === 0x22 || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte);
  });
  return `"${quoted.join("")}"`;
}

/**
 * Prints nanoseconds the way Go does: `0s`, `1.5µs`, `5m0s`, `1h30m0s`.
 *
 * @param nanoseconds within a signed 64-bit integer
 */
export function formatGoDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return "0s";
  const sign = nanoseconds < 0n ? "-" : "";
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (magnitude < 1_000n) return `${sign}${magnitude}ns`;
  if (magnitude < 1_000_000n) return `${sign}${decimal(magnitude, 3)}\u00b5s`;
  if (magnitude < 1_000_000_000n) return `${sign}${decimal(magnitude, 6)}ms`;

  const minutes = magnitude / 60_000_000_000n;
  const seconds = `${decimal(magnitude % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

/** value / 10^places without trailing zeros. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  const whole = digits.slice(0, -places);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
