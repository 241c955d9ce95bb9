/** Limit of `cacheDuration`: a duration that overflows in Go makes the kubelet discard the whole response. */
export const MAX_CACHE_SECONDS = 24 * 60 * 60;

/**
 * How long the kubelet may cache a credential: half of its remaining lifetime, minus up to a tenth of that at random, so
 * that nodes that booted together do not refresh together.
 * @param expiresAt milliseconds since the epoch
 * @param now milliseconds since the epoch
 * @param random 0 <= random < 1
 * @returns whole seconds, from 0 (also if `expiresAt` is NaN) to a day
 */
export function cacheSecondsUntil(expiresAt: number, now: number, random: number): number {
  const half = (expiresAt - now) / 2;
  if (!(half > 0)) return 0;
  return Math.min(MAX_CACHE_SECONDS, Math.floor((half * (1 - random * 0.1)) / 1000));
}

/**
 * When a credential expires by this machine's clock, corrected for a clock that is slow: it would otherwise extend the
 * credential's lifetime by its delay. All in milliseconds since the epoch.
 * @param issuedAt undefined if unknown; then `expiresAt` is returned unchanged
 */
export function expiryByClock(expiresAt: number, issuedAt: number | undefined, now: number): number {
  if (issuedAt === undefined || !(issuedAt > now)) return expiresAt;
  return now + (expiresAt - issuedAt);
}
