/** The fakes' current time in milliseconds since 1970. They issue and check tokens and signatures by it. */
export type Clock = () => number;

/** Whole seconds since 1970, as JWTs and most cloud APIs write time. */
export function epochSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** ISO 8601 without fractions, `2026-01-02T03:04:05Z`, as in AWS's metadata and STS responses. */
export function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Milliseconds since 1970 with fractions, never running backwards: for ordering events, not for expiries. */
export function timestamp(): number {
  return performance.timeOrigin + performance.now();
}
