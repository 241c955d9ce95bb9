import type { Fault } from "@imagecred/fake-clouds";
import { kubeletRequest } from "../../request.ts";
import type { Random } from "../random.ts";
import type { Base, Family, Trial } from "../trial.ts";
import { faulty, LIMIT_SECONDS } from "./fault-trial.ts";

/** Faults before a request: TCP, the proxy, TLS. */
export const connectionFamily: Family = {
  name: "connections",
  weight: 5,
  async make(lane) {
    const { random } = lane;
    const base = await lane.base();
    if (random.chance(0.4)) return proxyTrial(random, base);
    const [how, fault] = random.pick(CONNECTION_FAULTS);
    return await faulty(lane, fault, how, base);
  },
};

function connect(pieces: readonly (string | Uint8Array)[], end: "close" | "reset" | "hang"): Fault {
  return { kind: "bytes", when: "connect", pieces, end };
}

/** A TLS 1.2 alert of level 2 (fatal), by its number (RFC 8446, 6). */
const alert = (number: number) => Buffer.from([0x15, 3, 3, 0, 2, 2, number]);
const PAGE = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\nthis is plain http";

// Not included, because the two TLS libraries differ: empty TLS records, a warning before the handshake, and alerts of unknown numbers.
export const CONNECTION_FAULTS: readonly (readonly [string, Fault])[] = [
  ["refused", { kind: "refuse" }],
  ["reset", { kind: "reset", when: "connect" }],
  ["closed", { kind: "drop", when: "connect" }],
  ["silent", { kind: "hang", when: "connect" }],
  ["reset after the request", { kind: "reset", when: "request" }],
  ["reset in the response", { kind: "reset", when: "headers" }],
  ["closed after the request", { kind: "drop", when: "request" }],
  ["silent after the request", { kind: "hang", when: "request" }],
  ["silent in the response", { kind: "hang", when: "headers" }],
  ["truncated", { kind: "truncate" }],
  ["huge", { kind: "huge", bytes: 3_000_000 }],
  ["certificate expired", { kind: "certificate", problem: "expired" }],
  ["certificate not yet valid", { kind: "certificate", problem: "not-yet-valid" }],
  ["certificate of another host", { kind: "certificate", problem: "wrong-host" }],
  ["certificate of an unknown issuer", { kind: "certificate", problem: "unknown-issuer" }],
  ...(["close", "reset", "hang"] as const).flatMap((end) => [
    [`plain HTTP, then ${end}`, connect([PAGE], end)] as const,
    [`SSH, then ${end}`, connect(["SSH-2.0-x\r\n"], end)] as const,
    [`zeros, then ${end}`, connect([Buffer.alloc(100)], end)] as const,
    [`0xff, then ${end}`, connect([Buffer.alloc(100, 0xff)], end)] as const,
    [`half a TLS record, then ${end}`, connect([Buffer.from([0x16, 3, 3, 0, 100, 2, 0])], end)] as const,
    [
      `a TLS record of 64 KB, then ${end}`,
      connect([Buffer.from([0x16, 3, 3, 0xff, 0xff]), Buffer.alloc(70_000)], end),
    ] as const,
    [
      `TLS application data, then ${end}`,
      connect([Buffer.from([0x17, 3, 3, 0, 5, 1, 2, 3, 4, 5])], end),
    ] as const,
    [`SSL 3, then ${end}`, connect([Buffer.from([0x16, 3, 0, 0, 4, 2, 0, 0, 0])], end)] as const,
    [
      `a server hello of nothing, then ${end}`,
      connect([Buffer.from([0x16, 3, 3, 0, 4, 2, 0, 0, 0])], end),
    ] as const,
  ]),
  ...[
    0, 10, 20, 21, 22, 40, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80, 86, 90, 109, 110, 112, 113,
    115, 116, 120,
  ].map((number) => [`alert ${number}`, connect([alert(number)], "close")] as const),
  ["plain HTTP in two writes, then silence", connect([PAGE, PAGE], "hang")],
  ["a warning of no name, then the end", connect([Buffer.from([0x15, 3, 3, 0, 2, 1, 112])], "close")],
  ["an alert, in the clear, without its end", connect([Buffer.from([0x15, 3, 3, 0, 2, 2])], "close")],
];

export const PROXY_RESPONSES: readonly string[] = [
  "HTTP/1.1 200 OK\r\n\r\n",
  "HTTP/1.1 200\r\n\r\n",
  "HTTP/1.1 201 Created\r\n\r\n",
  "HTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.1 299 x\r\n\r\n",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  "HTTP/1.1 301 Moved\r\nlocation: http://x/\r\n\r\n",
  "HTTP/1.1 302 Found\r\n\r\n",
  "HTTP/1.1 400 Bad Request\r\n\r\n",
  "HTTP/1.1 401 Unauthorized\r\n\r\n",
  "HTTP/1.1 403 Forbidden\r\n\r\n<html>blocked</html>",
  "HTTP/1.1 404 Not Found\r\n\r\n",
  "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n",
  "HTTP/1.1 408 Timeout\r\n\r\n",
  "HTTP/1.1 429 Too Many\r\nretry-after: 1\r\n\r\n",
  "HTTP/1.1 500 Oops\r\n\r\n",
  "HTTP/1.1 502 Bad Gateway\r\n\r\n",
  "HTTP/1.1 503 Unavailable\r\nretry-after: 100\r\n\r\n",
  "HTTP/1.1 504 Timeout\r\n\r\n",
  "HTTP/1.1 599 x\r\n\r\n",
  "HTTP/1.1 600 x\r\n\r\n",
  "HTTP/1.1 999 x\r\n\r\n",
  "HTTP/1.1 000 x\r\n\r\n",
  "HTTP/1.1 2000 x\r\n\r\n",
  "HTTP/1.1 20 x\r\n\r\n",
  "HTTP/1.1 abc\r\n\r\n",
  "HTTP/1.0 200 Connection established\r\n\r\n",
  "HTTP/1.0 403 Forbidden\r\n\r\n",
  "HTTP/2 403\r\n\r\n",
  "HTTP/0.9 403 x\r\n\r\n",
  "http/1.1 403 x\r\n\r\n",
  "HTTP/1.1  403 x\r\n\r\n",
  "HTTP/1.1 403 x\n\n",
  "HTTP/1.1 200 OK\n\n",
  "\r\nHTTP/1.1 403 x\r\n\r\n",
  "HTTP/1.1 403 x\r\n",
  "HTTP/1.1 40",
  "SSH-2.0-x\r\n",
  "SSH-2.0-x\r\n\r\n",
  "",
  "\u0000\u0001\u0002\r\n\r\n",
  "\u0005\u0000",
  "\u0005\u00ff",
  "\u0004\u005a",
  `HTTP/1.1 403 ${"x".repeat(20_000)}\r\n\r\n`,
  `HTTP/1.1 403 x\r\nx: ${"y".repeat(100_000)}\r\n\r\n`,
  `HTTP/1.1 403 x\r\n${"x: y\r\n".repeat(200)}\r\n`,
  "HTTP/1.1 403 \u00e9\r\nx: \u00ff\r\n\r\n",
  "HTTP/1.1 403 x\r\nno colon\r\n\r\n",
  "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
  "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
  "HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x\r\n",
];

function proxyTrial(random: Random, base: Base): Trial {
  const response = random.pick(PROXY_RESPONSES);
  const end = random.pick(["close", "close", "hang", "reset"] as const);
  const scheme = random.chance(0.15) ? "socks5" : "http";
  const proxy = (base.env["HTTPS_PROXY"] ?? "").replace("http:", `${scheme}:`);
  return {
    ...base,
    what: `${base.what}: ${scheme} proxy says ${JSON.stringify(response.slice(0, 60))}, then ${end}`,
    limitSeconds: LIMIT_SECONDS,
    env: { ...base.env, HTTPS_PROXY: proxy },
    stdin: kubeletRequest(base.image, base.request),
    faults: [
      {
        service: "proxy",
        operation: "CONNECT",
        fault: { kind: "bytes", when: "request", pieces: [response], end },
      },
    ],
  };
}
