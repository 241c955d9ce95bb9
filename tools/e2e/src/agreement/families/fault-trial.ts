import type { Fault } from "@imagecred/fake-clouds";
import { kubeletRequest } from "../../request.ts";
import type { Base, Lane, Trial } from "../trial.ts";

/** The plugins' time limit in a trial with a fault, so that silence is over soon (seconds). */
export const LIMIT_SECONDS = 2;

/** A trial in which one call of the base has the fault. */
export async function faulty(lane: Lane, fault: Fault, how: string, base: Base): Promise<Trial> {
  const { random } = lane;
  const calls = await lane.callsOf(base);
  // The first and the last call cover all kinds; some identities make many calls in between.
  const call = random.pick(calls);
  const early =
    "when" in fault ? fault.when === "connect" : fault.kind === "certificate" || fault.kind === "refuse";
  const times = random.chance(0.2) ? { times: 1 } : {};
  return {
    ...base,
    what: `${base.what}: ${call.service} ${call.operation}: ${how}${"times" in times ? ", once" : ""}`,
    limitSeconds: LIMIT_SECONDS,
    env: base.env,
    stdin: kubeletRequest(base.image, base.request),
    faults: [{ service: call.service, ...(early ? {} : { operation: call.operation }), ...times, fault }],
  };
}
