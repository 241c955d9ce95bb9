import type { Fault } from "@imagecred/fake-clouds";
import { CONNECTION_FAULTS, PROXY_RESPONSES } from "../agreement/families/connections.ts";
import { FRAMES, framed, survivesReset } from "../agreement/families/frames.ts";
import { STATUSES } from "../agreement/families/responses.ts";
import { ROUTES } from "./routes.ts";

/** A fault of a call. */
export type NamedFault = { readonly what: string } & (
  | {
      readonly fault: Fault;
      /** Where it is injected: into the call, into its service before a request, or into the proxy. */
      readonly on: "call" | "service" | "proxy";
    }
  /** The call's host has this address; cloud hosts are then called without the proxy. */
  | { readonly on: "route"; readonly address: string }
  /** How far the clouds' clock is ahead of the node's, from the start or after this call. */
  | { readonly on: "clock"; readonly aheadMs: number; readonly from: "start" | "call" }
);

/** Faults of one kind. */
export interface Group {
  readonly name: string;
  readonly about: string;
  readonly faults: readonly NamedFault[];
}

const BODIES: readonly string[] = [
  "",
  "null",
  "{}",
  "[]",
  '""',
  "{",
  '{"error":{}}',
  '{"errors":[null]}',
  '{"__type":"ThrottlingException"}',
  "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
  "<!DOCTYPE html><html><body>Log in</body></html>",
  "\u00ff\u00fe",
  `{"a":"${"b".repeat(500_000)}"}`,
  `"${"c".repeat(1_100_000)}"`,
];

function whole(status: number, body: string | Uint8Array): Fault {
  const bytes = Buffer.from(body as string, "latin1");
  const head = `HTTP/1.1 ${status} Reason\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  return { kind: "bytes", when: "request", pieces: [head, bytes], end: "close" };
}

const early = (fault: Fault) =>
  ("when" in fault && fault.when === "connect") || fault.kind === "certificate" || fault.kind === "refuse";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const OFFSETS: readonly (readonly [string, number])[] = [
  ["four minutes behind", 4 * MINUTE_MS],
  ["six minutes behind", 6 * MINUTE_MS],
  ["20 minutes behind", 20 * MINUTE_MS],
  ["two hours behind", 2 * HOUR_MS],
  ["13 hours behind", 13 * HOUR_MS],
  ["two days behind", 48 * HOUR_MS],
  ["four minutes ahead", -4 * MINUTE_MS],
  ["six minutes ahead", -6 * MINUTE_MS],
  ["20 minutes ahead", -20 * MINUTE_MS],
  ["two hours ahead", -2 * HOUR_MS],
  ["13 hours ahead", -13 * HOUR_MS],
  ["two days ahead", -48 * HOUR_MS],
];

/** All faults that are tested on each call of each plugin and identity. */
export const GROUPS: readonly Group[] = [
  {
    name: "statuses",
    about: "responses with each status, with and without a body of the API",
    faults: STATUSES.flatMap((status) => [
      { what: `${status}`, on: "call" as const, fault: whole(status, "") },
      { what: `${status} with JSON`, on: "call" as const, fault: whole(status, '{"message":"no"}') },
    ]),
  },
  {
    name: "bodies",
    about: "200 with a body that is not the API's: empty, truncated, in another format, too large",
    faults: BODIES.map((body) => ({
      what: JSON.stringify(body.slice(0, 40)),
      on: "call" as const,
      fault: whole(200, body),
    })),
  },
  {
    name: "framing",
    about:
      "malformed status lines, headers, lengths, chunks and encodings, byte by byte; then the connection closes, is reset or goes silent",
    faults: FRAMES.flatMap(([what, frame]) =>
      (survivesReset(frame) ? (["close", "reset", "hang"] as const) : (["close", "hang"] as const)).map(
        (end) => ({
          what: `${what}, then ${end}`,
          on: "call" as const,
          fault: {
            kind: "bytes" as const,
            when: "request" as const,
            end,
            pieces: (real) => [framed(frame, real.body)],
          } satisfies Fault,
        }),
      ),
    ),
  },
  {
    name: "connections",
    about:
      "connections that are refused, reset, closed or silent at every step; wrong certificates; bytes that are not TLS; TLS alerts",
    faults: CONNECTION_FAULTS.map(([what, fault]) => ({
      what,
      fault,
      on: early(fault) ? "service" : "call",
    })),
  },
  {
    name: "routes",
    about:
      "no route to the host; routes that report unreachable or prohibited, or report nothing; an unused address; lost packets",
    faults: Object.entries(ROUTES).map(([what, address]) => ({ what, on: "route", address })),
  },
  {
    name: "clock",
    about:
      "the clouds' clock differs from the node's by minutes, hours or days, from the start or suddenly in the middle",
    faults: OFFSETS.flatMap(([what, aheadMs]) => [
      { what: `the node is ${what}`, on: "clock" as const, aheadMs, from: "start" as const },
      { what: `the node is ${what} from this call on`, on: "clock" as const, aheadMs, from: "call" as const },
    ]),
  },
  {
    name: "proxies",
    about: "responses of a proxy to CONNECT; then the connection closes, is reset or goes silent",
    faults: PROXY_RESPONSES.flatMap((response) =>
      (["close", "reset", "hang"] as const).map((end) => ({
        what: `${JSON.stringify(response.slice(0, 40))}, then ${end}`,
        on: "proxy" as const,
        fault: { kind: "bytes" as const, when: "request" as const, pieces: [response], end },
      })),
    ),
  },
];
