import type { FaultRule } from "@imagecred/fake-clouds";
import type { Runtime } from "@imagecred/workspace";
import { differences, type Outcome } from "./outcome.ts";

/**
 * Whether the runtimes differ only in one repeated request, and a server has closed a connection without announcing it. A
 * client that has already sent its next request on that connection sends it again on another one (RFC 9110, 9.2.2). A client that has seen
 * the close sends it once. This is a race.
 */
export function isRepeatedOnKept(
  faults: readonly FaultRule[],
  { static: a, nodejs: b }: Readonly<Record<Runtime, Outcome>>,
): boolean {
  if (!faults.some(({ fault }) => fault.kind === "bytes" && fault.end !== "hang")) return false;
  if (differences(a, b).join() !== "requests" || Math.max(a.overrunMs ?? 0, b.overrunMs ?? 0) > 0)
    return false;
  return Math.abs(total(a) - total(b)) === 1;
}

function total({ requests }: Outcome): number {
  const counts = requests.matchAll(/ x(\d+)/g);
  return Array.from(counts, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
}
