/** A longer one overflows Go's durations in the end, and then the kubelet drops the whole response. */
export const MAX_CACHE_SECONDS = 24 * 60 * 60;

/**
 * How long the kubelet may reuse a credential: half of the time that is left, less up to a tenth of that, so that nodes
 * that booted together do not come back together.
 * @param expiresAt milliseconds since the epoch
 * @param now milliseconds since the epoch
 * @param random 0 <= random < 1
 * @returns whole seconds, from 0 (also for an `expiresAt` that is not a number) to a day
 */
export function cacheSecondsUntil(expiresAt: number, now: number, random: number): number {
  const half = (expiresAt - now) / 2;
  if (!(half > 0)) return 0;
  return Math.min(MAX_CACHE_SECONDS, Math.floor((half * (1 - random * 0.1)) / 1000));
}

/**
 * When a credential expires by this machine's clock, where its issuer also says when it was issued: a clock that is slow
 * would otherwise add its delay to the credential's life. All in milliseconds since the epoch.
 * @param issuedAt undefined where the issuer does not say it
 */
export function expiryByClock(expiresAt: number, issuedAt: number | undefined, now: number): number {
  if (issuedAt === undefined || !(issuedAt > now)) return expiresAt;
  return now + (expiresAt - issuedAt);
}
