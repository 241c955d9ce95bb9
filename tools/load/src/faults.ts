import type { Clouds, Fault, FaultRule } from "@imagecred/fake-clouds";
import type { Subject } from "./subjects.ts";

const reply = (status: number, headers: Record<string, string> = {}, body = "{}"): Fault => ({
  kind: "answer",
  reply: { status, headers: { "content-type": "application/json", ...headers }, body },
});

/** Faults that are over at once, so that thousands of runs with them take minutes. */
const REQUEST_FAULTS: readonly Fault[] = [
  reply(429),
  reply(429, { "retry-after": "0" }),
  reply(429, { "retry-after": "120" }),
  reply(500),
  reply(502, {}, "<html>bad gateway</html>"),
  reply(503, { "retry-after": "0" }),
  reply(400, {}, '{"__type":"ThrottlingException","message":"Rate exceeded"}'),
  reply(403, {}, '{"message":"no"}'),
  reply(200, {}, "{}"),
  reply(200, {}, "[]"),
  reply(204, {}, ""),
  { kind: "redirect", location: "https://evil.test/" },
  { kind: "reset", when: "request" },
  { kind: "reset", when: "headers" },
  { kind: "drop", when: "request" },
  { kind: "truncate" },
  { kind: "garbage" },
  { kind: "huge", bytes: 2 * 1024 * 1024 },
];

const CONNECTION_FAULTS: readonly Fault[] = [
  { kind: "reset", when: "connect" },
  { kind: "drop", when: "connect" },
];

/** Share of the runs without a fault. */
const UNDISTURBED = 0.5;

/** The fault of one run: none, or one that occurs once or several times on one of the calls. @param random 0 <= value < 1 */
export async function disturb({ calls }: Subject, clouds: Clouds, random: () => number): Promise<void> {
  if (random() < UNDISTURBED) return;
  const pick = <T>(from: readonly T[]): T => {
    const picked = from[Math.floor(random() * from.length)];
    if (picked === undefined) throw new RangeError("nothing to pick from");
    return picked;
  };
  const { service, operation } = pick(calls);
  const early = random() < 0.1;
  const rule: FaultRule = early
    ? { service, fault: pick(CONNECTION_FAULTS), times: 1 }
    : { service, operation, fault: pick(REQUEST_FAULTS), times: pick([1, 1, 1, 2, 6]) };
  await clouds.faults.add(rule);
}
