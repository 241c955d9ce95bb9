/**
 * How long the kubelet may reuse a credential: half of what is left of its life, less up to a tenth of that, so that
 * nodes that booted together do not come back together.
 * @param expiresAt milliseconds since the epoch
 * @param now milliseconds since the epoch
 * @param random 0 <= random < 1
 * @returns whole seconds, never negative
 */
export function cacheSecondsUntil(expiresAt: number, now: number, random: number): number {
  const half = (expiresAt - now) / 2;
  if (!(half > 0)) return 0;
  return Math.floor((half * (1 - random * 0.1)) / 1000);
}
