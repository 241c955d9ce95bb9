import type { Fault } from "@imagecred/fake-clouds";
import type { CallKind, Expectation } from "../expectation.ts";

export interface FaultCase extends Expectation {
  readonly fault: Fault;
  /** How many times. Default: always. */
  readonly times?: number;
  /** Default: both. */
  readonly kind?: CallKind;
}

function answer(status: number, body = "", headers: Record<string, string> = {}): Fault {
  return { kind: "answer", reply: { status, body, headers } };
}

/** Attempts in total for faults that are retried: 429, 5xx and resets. */
const ATTEMPTS = 4;
const JSON_TYPE = { "content-type": "application/json" };
const PAGE = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in.</body></html>";

/** Transient faults are retried within the deadline; permanent ones are not. */
const CASES = {
  "500 once": { fault: answer(500), times: 1, exitCode: 0, requests: 2 },
  "503 with a page, twice": { fault: answer(503, PAGE), times: 2, exitCode: 0, requests: 3 },
  "500 always": { fault: answer(500), exitCode: 1, requests: ATTEMPTS, stderr: /status 500/ },
  "429 once, Retry-After: 1": {
    fault: answer(429, "", { "retry-after": "1" }),
    times: 1,
    exitCode: 0,
    requests: 2,
    atLeastMs: 1000,
  },
  "429, Retry-After: an hour": {
    fault: answer(429, "", { "retry-after": "3600" }),
    exitCode: 1,
    requests: 1,
    stderr: /status 429/,
    atMostMs: 6000,
  },
  "403 that is not the API's": { fault: answer(403, PAGE), exitCode: 1, requests: 1, stderr: /status 403/ },
  "reset once": { fault: { kind: "reset", when: "request" }, times: 1, exitCode: 0, requests: 2 },
  "reset always": {
    fault: { kind: "reset", when: "request" },
    exitCode: 1,
    requests: ATTEMPTS,
    stderr: /ECONNRESET/,
  },
  "reset in the response, once": {
    fault: { kind: "reset", when: "headers" },
    times: 1,
    exitCode: 0,
    requests: 2,
  },
  "closed without a response, once": {
    fault: { kind: "drop", when: "request" },
    times: 1,
    exitCode: 0,
    requests: 2,
  },
  "closed without a response, always": {
    fault: { kind: "drop", when: "request" },
    exitCode: 1,
    requests: ATTEMPTS,
    stderr: /closed the connection/,
  },
  "never responds": {
    fault: { kind: "hang", when: "request" },
    timeout: "2s",
    exitCode: 1,
    requests: 1,
    stderr: /no response|not done within/,
    atLeastMs: 1900,
    atMostMs: 6000,
  },
  "stops in the response": {
    fault: { kind: "hang", when: "headers" },
    timeout: "2s",
    exitCode: 1,
    requests: 1,
    stderr: /no response|not done within/,
    atLeastMs: 1900,
    atMostMs: 6000,
  },
  "truncated always": {
    fault: { kind: "truncate" },
    exitCode: 1,
    requests: ATTEMPTS,
    stderr: /closed the connection/,
  },
  garbage: { fault: { kind: "garbage" }, exitCode: 1, requests: 1, stderr: /ERR_HTTP_PARSE/ },
  huge: {
    fault: { kind: "huge", bytes: 3_000_000 },
    exitCode: 1,
    requests: 1,
    stderr: /larger than any credential/,
  },
  "a redirect": {
    fault: { kind: "redirect", location: "https://elsewhere.test/token" },
    exitCode: 1,
    requests: 1,
    stderr: /status 307|redirect/,
  },
  "200 with an empty object": { fault: answer(200, "{}", JSON_TYPE), exitCode: 1, requests: 1 },
  "200 with nothing": { fault: answer(200), exitCode: 1, requests: 1 },
  "200 with a page": { fault: answer(200, PAGE, { "content-type": "text/html" }), exitCode: 1, requests: 1 },
  "reset on connecting, once": {
    fault: { kind: "reset", when: "connect" },
    times: 1,
    exitCode: 0,
    requests: 1,
    connections: 2,
  },
  "silent on connecting": {
    fault: { kind: "hang", when: "connect" },
    timeout: "2s",
    exitCode: 1,
    requests: 0,
    connections: 1,
    stderr: /no response|not done within/,
    atMostMs: 6000,
  },
  "the port is closed": {
    kind: "metadata",
    fault: { kind: "refuse" },
    exitCode: 1,
    requests: 0,
    connections: 0,
    stderr: /refused the connection/,
    atMostMs: 6000,
  },
  "the proxy can't connect": {
    kind: "cloud",
    fault: { kind: "refuse" },
    exitCode: 1,
    requests: 0,
    connections: 1,
    stderr: /proxy .*502/,
  },
  "an expired certificate": certificate("expired"),
  "a certificate from the future": certificate("not-yet-valid"),
  "a certificate of another host": certificate("wrong-host"),
  "a certificate of an unknown authority": certificate("unknown-issuer"),
} as const satisfies Record<string, FaultCase>;

function certificate(problem: "expired" | "not-yet-valid" | "wrong-host" | "unknown-issuer") {
  return {
    kind: "cloud",
    fault: { kind: "certificate", problem },
    exitCode: 1,
    requests: 0,
    connections: 1,
    stderr: /TLS certificate of \S+ is refused/,
  } as const;
}

export type FaultName = keyof typeof CASES;

export const FAULT_CASES: ReadonlyMap<FaultName, FaultCase> = new Map(
  Object.entries(CASES) as [FaultName, FaultCase][],
);
