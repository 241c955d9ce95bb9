import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { Fault } from "@imagecred/fake-clouds";
import { kubeletRequest } from "../../request.ts";
import { damaged, mutatedJson, oddJson, oddText } from "../odd.ts";
import { type Random, randomFrom } from "../random.ts";
import type { Base, Family, Lane, Trial } from "../trial.ts";

const LIMIT_SECONDS = 2;

async function faulty(lane: Lane, fault: Fault, how: string, base: Base): Promise<Trial> {
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

/** Responses in order, with another status, other headers or another body. */
export const responseFamily: Family = {
  name: "responses",
  weight: 5,
  async make(lane) {
    const { random } = lane;
    const base = await lane.base();
    const status = random.chance(0.5) ? 200 : random.pick(STATUSES);
    const [how, headers] = extraHeaders(random);
    const [what, bodyOf] = oddBody(random);
    const fault: Fault = {
      kind: "bytes",
      when: "request",
      end: random.chance(0.8) ? "close" : "hang",
      pieces: (real) => {
        const body = bodyOf(Buffer.from(real.body ?? ""));
        const lines = {
          "content-length": String(body.length),
          "content-type": "application/json",
          ...headers,
        };
        return [head(`HTTP/1.1 ${status} Some Reason`, lines), body];
      },
    };
    return await faulty(lane, fault, `status ${status}, ${how}, ${what}`, base);
  },
};

export const STATUSES = [
  201, 202, 203, 204, 205, 206, 226, 299, 300, 301, 302, 303, 304, 305, 307, 308, 399, 400, 401, 402, 403,
  404, 405, 407, 408, 409, 410, 411, 412, 413, 414, 415, 418, 421, 425, 426, 429, 431, 451, 499, 500, 501,
  502, 503, 504, 505, 507, 511, 520, 599, 600, 799, 999,
];

/** The bytes of a frame, joined. */
export function framed(frame: Frame, body: Uint8Array | string | undefined): Buffer {
  return Buffer.concat(frame(Buffer.from(body ?? "")).map((piece) => Buffer.from(piece as string, "latin1")));
}

/** Whether the client reads all of it before a reset that follows: the kernel drops unread data on a reset. */
export function survivesReset(frame: Frame): boolean {
  return framed(frame, "").length < 16 * 1024;
}

function head(statusLine: string, headers: Readonly<Record<string, string>>): string {
  return `${statusLine}\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;
}

function extraHeaders(random: Random): readonly [string, Readonly<Record<string, string>>] {
  if (random.chance(0.6)) return ["no more headers", {}];
  const headers = random.pick<Readonly<Record<string, string>>>([
    { location: "https://elsewhere.test/path?q" },
    { location: "http://127.0.0.1:9/" },
    { location: "/relative" },
    { location: "//host/x" },
    { location: "http://[::1" },
    { location: "" },
    { location: `https://h.test/${"a".repeat(3000)}` },
    { location: "javascript:alert(1)" },
    { location: "http://user:secret@h.test/" },
    { "retry-after": "0" },
    { "retry-after": "1" },
    { "retry-after": "-1" },
    { "retry-after": "1.5" },
    { "retry-after": "99999999999999999999" },
    { "retry-after": "soon" },
    { "retry-after": "Fri, 31 Dec 1999 23:59:59 GMT" },
    { "retry-after": "Fri, 31 Dec 2199 23:59:59 GMT" },
    { "retry-after": "2199-01-01" },
    { "content-type": "text/html" },
    { "content-type": "" },
    { "content-type": "application/x-amz-json-1.1; charset=latin1" },
    { "x-amzn-errortype": "AccessDeniedException:http://x/" },
    { "x-amzn-errortype": "" },
    { "x-amzn-requestid": "\u00e9\u0080<script>" },
    { "x-ms-request-id": "a".repeat(500) },
    { "www-authenticate": 'Bearer realm="x"' },
    { "metadata-flavor": "Google" },
    { "metadata-flavor": "google" },
    { "content-encoding": "gzip" },
    { "content-encoding": "identity" },
    { "set-cookie": "a=b" },
    { connection: "keep-alive" },
    { connection: "close, upgrade" },
    { "keep-alive": "timeout=0" },
  ]);
  return [JSON.stringify(headers).slice(0, 100), headers];
}

type Body = (real: Buffer) => Uint8Array;

function oddBody(random: Random): readonly [string, Body] {
  switch (random.below(8)) {
    case 0:
      return ["the real body", (real) => real];
    case 1: {
      const text = random.pick([
        "",
        " ",
        "null",
        "{}",
        "[]",
        '""',
        "0",
        "{",
        '{"error":null}',
        '{"error":{}}',
        '{"error":{"message":"m","status":"PERMISSION_DENIED","code":403,"details":[null]}}',
        '{"error":"invalid_client","error_description":"AADSTS7000215: Invalid.\\r\\nTrace ID: 1","error_codes":[7000215]}',
        '{"error":"invalid_grant","error_description":5,"error_codes":"x"}',
        '{"errors":[{"code":"UNAUTHORIZED","message":"m"}]}',
        '{"errors":[null]}',
        '{"errors":{}}',
        '{"__type":"AccessDeniedException","message":"no"}',
        '{"__type":"com.amazon#ThrottlingException","Message":"slow"}',
        '{"__type":{},"message":[]}',
        '{"code":"ExpiredTokenException"}',
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>",
        "<ErrorResponse><Error><Code></Code></Error></ErrorResponse>",
        "<ErrorResponse><Error>",
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
        "<AssumeRoleResponse/>",
        "<!DOCTYPE html><html><body>Log in</body></html>",
        "\u00ff\u00fe",
        "a".repeat(2000),
        `${"[".repeat(100_000)}`,
        `{"a":"${"b".repeat(500_000)}"}`,
        `"${"c".repeat(1_100_000)}"`,
      ]);
      return [JSON.stringify(text.slice(0, 60)), () => Buffer.from(text, "latin1")];
    }
    case 2: {
      const place = random();
      return [`cut at ${place.toFixed(3)}`, (real) => real.subarray(0, Math.floor(real.length * place))];
    }
    default: {
      // The changes are drawn again from the same seed for the second runtime.
      const seed = random.below(2 ** 31);
      const kind = random.below(3);
      const what = ["damaged", "odd JSON", "another value"][kind];
      return [`${what} (${seed})`, (real) => changedBody(real, kind, seed)];
    }
  }
}

function changedBody(real: Buffer, kind: number, seed: number): Uint8Array {
  const random = randomFrom(`body ${seed}`);
  const document = jsonOf(real.toString());
  if (document === undefined && kind > 0) return Buffer.from(changedXml(real.toString(), random));
  if (kind === 0 || document === undefined) return damaged(real, random);
  const text = kind === 1 ? oddJson(document, random) : JSON.stringify(mutatedJson(document, random));
  return Buffer.from(text);
}

function changedXml(text: string, random: Random): string {
  const tags = text.match(/<[A-Za-z]+>/g) ?? ["<x>"];
  const tag = random.pick(tags);
  const name = tag.slice(1, -1);
  const element = new RegExp(`<${name}>[^<]*</${name}>`);
  switch (random.below(5)) {
    case 0:
      return text.replace(element, "");
    case 1:
      return text.replace(element, `<${name}>${oddText(random).replace(/[<&]/g, "")}</${name}>`);
    case 2:
      return text.replace(element, `<${name}><![CDATA[x]]></${name}>`);
    case 3:
      return text.replace(element, (all) => all + all);
    default:
      return text.replaceAll(name, name.toLowerCase());
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The framing of a response: status lines, headers, lengths, chunks, encodings. */
export const framingFamily: Family = {
  name: "framing",
  weight: 6,
  async make(lane) {
    const { random } = lane;
    const base = await lane.base();
    const [how, frame] = random.pick(FRAMES);
    const picked = random.pick(["close", "close", "close", "hang", "reset"] as const);
    const end = picked === "reset" && !survivesReset(frame) ? "close" : picked;
    const inPieces = random.chance(0.2);
    const fault: Fault = {
      kind: "bytes",
      when: "request",
      end,
      ...(inPieces ? { everyMs: 5 } : {}),
      pieces: (real) => {
        const bytes = framed(frame, real.body);
        if (!inPieces) return [bytes];
        const cut = Math.floor(bytes.length / 3);
        return [bytes.subarray(0, 10), bytes.subarray(10, cut), bytes.subarray(cut)];
      },
    };
    return await faulty(lane, fault, `${how}, then ${end}${inPieces ? ", in pieces" : ""}`, base);
  },
};

export type Frame = (body: Buffer) => readonly (string | Uint8Array)[];

const OK = "HTTP/1.1 200 OK\r\n";
const JSON_TYPE = "content-type: application/json\r\n";

function chunked(body: Buffer, size: (length: number) => string = (length) => length.toString(16)) {
  const half = Math.floor(body.length / 2);
  return [body.subarray(0, half), body.subarray(half)].flatMap((part) =>
    part.length === 0 ? [] : [`${size(part.length)}\r\n`, part, "\r\n"],
  );
}

const CHUNKED = `${OK}${JSON_TYPE}transfer-encoding: chunked\r\n\r\n`;
const length = (body: Buffer) => `content-length: ${body.length}\r\n`;

/** A whole response with another status line. */
const withStatusLine =
  (line: string): Frame =>
  (body) => [`${line}\r\n${JSON_TYPE}${length(body)}\r\n`, body];
/** A whole response with more header lines. */
const withHeader =
  (lines: string): Frame =>
  (body) => [`${OK}${JSON_TYPE}${length(body)}${lines}\r\n`, body];
/** A response with this length header. */
const withLength =
  (of: (body: Buffer) => string): Frame =>
  (body) => [`${OK}${JSON_TYPE}${of(body)}\r\n`, body];

export const FRAMES: readonly (readonly [string, Frame])[] = [
  ...[
    "HTTP/1.1 200",
    "HTTP/1.1 200 ",
    "HTTP/1.1 200 \u00e9\u00ff",
    `HTTP/1.1 200 ${"x".repeat(2000)}`,
    "HTTP/1.0 200 OK",
    "HTTP/0.9 200 OK",
    "HTTP/1.2 200 OK",
    "HTTP/2 200 OK",
    "HTTP/2.0 200 OK",
    "HTTP/3.1 200 OK",
    "http/1.1 200 OK",
    "HTTP/1.1  200 OK",
    "HTTP/1.1\t200\tOK",
    " HTTP/1.1 200 OK",
    "HTTP/1.1 2000 OK",
    "HTTP/1.1 20 OK",
    "HTTP/1.1 099 OK",
    "HTTP/1.1 000 OK",
    "HTTP/1.1 -200 OK",
    "HTTP/1.1 +200 OK",
    "HTTP/1.1 20x OK",
    "HTTP/1.1 200OK",
    "HTTP/1.1",
    "HTTP 200 OK",
    "ICY 200 OK",
    "HTTPS/1.1 200 OK",
    "\r\nHTTP/1.1 200 OK",
    "\r\n\r\n\r\nHTTP/1.1 200 OK",
    "\nHTTP/1.1 200 OK",
    "",
    "HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK",
  ].map((line) => [JSON.stringify(line.slice(0, 60)), withStatusLine(line)] as const),
  ...[
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK",
    "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK",
    "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK",
    "HTTP/1.1 199 Odd\r\n\r\nHTTP/1.1 200 OK",
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\nHTTP/1.1 200 OK",
    "HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK",
    `${"HTTP/1.1 100 Continue\r\n\r\n".repeat(50)}HTTP/1.1 200 OK`,
    "HTTP/1.1 100 Continue\r\ncontent-length: 3\r\n\r\nabcHTTP/1.1 200 OK",
  ].map((line) => [JSON.stringify(line.slice(0, 60)), withStatusLine(line)] as const),
  ...[
    "x: y\r\n z\r\n",
    "x: y\r\n\tz\r\n",
    " x: y\r\n",
    "x : y\r\n",
    "x\r\n",
    ": y\r\n",
    "x:\r\n",
    "x:y\r\n",
    "x: y\u0000z\r\n",
    "x: y\u0007z\r\n",
    "x: \u00e9\u00ff\r\n",
    "x\u00e9: y\r\n",
    "x y: z\r\n",
    "x(y): z\r\n",
    "x: y\rz\r\n",
    "x: y\nz: w\r\n",
    "\r: y\r\n",
    `x: ${"y".repeat(5_000)}\r\n`,
    `x: ${"y".repeat(20_000)}\r\n`,
    `x: ${"y".repeat(100_000)}\r\n`,
    `x: ${"y".repeat(600_000)}\r\n`,
    `${"y".repeat(20_000)}: x\r\n`,
    ...[90, 101, 300, 1_500].map((count) =>
      Array.from({ length: count }, (_, index) => `x-${index}: y\r\n`).join(""),
    ),
    "set-cookie: a\r\nset-cookie: b\r\n",
    "x: a\r\nx: b\r\n",
    "content-type: a\r\ncontent-type: b\r\n",
    "age: 1\r\nage: 2\r\n",
    "date: x\r\ndate: y\r\n",
    "location: /a\r\nlocation: /b\r\n",
    "retry-after: 1\r\nretry-after: 2\r\n",
    "etag: a\r\netag: b\r\n",
    "connection: close\r\nconnection: keep-alive\r\n",
    "connection: upgrade\r\nupgrade: websocket\r\n",
    "upgrade: h2c\r\n",
    "trailer: x\r\n",
    "__proto__: x\r\n",
    "constructor: x\r\n",
    "transfer-encoding: identity\r\n",
    "transfer-encoding: gzip\r\n",
    "transfer-encoding: x\r\n",
    "transfer-encoding:\r\n",
  ].map(
    (lines) => [`header ${JSON.stringify(lines.slice(0, 50))} (${lines.length})`, withHeader(lines)] as const,
  ),
  ...(
    [
      ["no length", () => ""],
      ["a length too short", (body) => `content-length: ${Math.max(0, body.length - 5)}\r\n`],
      ["a length too long", (body) => `content-length: ${body.length + 5}\r\n`],
      ["length 0", () => "content-length: 0\r\n"],
      ["the length twice", (body) => length(body) + length(body)],
      ["two lengths", (body) => `${length(body)}content-length: 5\r\n`],
      ["a list of equal lengths", (body) => `content-length: ${body.length}, ${body.length}\r\n`],
      ["a list of lengths", (body) => `content-length: ${body.length}, 5\r\n`],
      ["length -1", () => "content-length: -1\r\n"],
      ["length with a plus sign", (body) => `content-length: +${body.length}\r\n`],
      ["length in hex", (body) => `content-length: 0x${body.length.toString(16)}\r\n`],
      ["length 1.0", (body) => `content-length: ${body.length}.0\r\n`],
      ["an empty length", () => "content-length:\r\n"],
      ["length x", () => "content-length: x\r\n"],
      ["a length with spaces around it", (body) => `content-length:   ${body.length}  \r\n`],
      ["a length with a space in it", () => "content-length: 1 2\r\n"],
      ["a length with zeros before it", (body) => `content-length: 000${body.length}\r\n`],
      ["a length of 2^32", () => "content-length: 4294967296\r\n"],
      ["a length of 2^53", () => "content-length: 9007199254740992\r\n"],
      ["a length of 2^64", () => "content-length: 18446744073709551616\r\n"],
      ["a length of 30 digits", () => `content-length: ${"9".repeat(30)}\r\n`],
      ["a length of 2 MB", () => "content-length: 2000000\r\n"],
    ] as const satisfies readonly (readonly [string, (body: Buffer) => string])[]
  ).map(([what, of]) => [what, withLength(of)] as const),
  ["chunks", (body) => [CHUNKED, ...chunked(body), "0\r\n\r\n"]],
  [
    "chunk sizes in capitals, with zeros",
    (body) => [CHUNKED, ...chunked(body, (size) => `000${size.toString(16).toUpperCase()}`), "0\r\n\r\n"],
  ],
  [
    "chunk extensions",
    (body) => [CHUNKED, ...chunked(body, (size) => `${size.toString(16)};a=b;c="d"`), "0;x\r\n\r\n"],
  ],
  [
    "a space after chunk sizes",
    (body) => [CHUNKED, ...chunked(body, (size) => `${size.toString(16)} `), "0\r\n\r\n"],
  ],
  [
    "a space before chunk sizes",
    (body) => [CHUNKED, ...chunked(body, (size) => ` ${size.toString(16)}`), "0\r\n\r\n"],
  ],
  [
    "chunk sizes with 0x",
    (body) => [CHUNKED, ...chunked(body, (size) => `0x${size.toString(16)}`), "0\r\n\r\n"],
  ],
  ["a chunk size of 17 digits", (body) => [CHUNKED, "fffffffffffffffff\r\n", body]],
  ["a chunk of 2 GB", (body) => [CHUNKED, "7fffffff\r\n", body]],
  ["a negative chunk size", (body) => [CHUNKED, "-1\r\n", body]],
  ["an empty chunk size", (body) => [CHUNKED, "\r\n", body]],
  ["a chunk size x", (body) => [CHUNKED, "x\r\n", body]],
  ["chunks with bare LF", (body) => [CHUNKED, `${body.length.toString(16)}\n`, body, "\n0\n\n"]],
  ["a chunk longer than its size", (body) => [CHUNKED, "2\r\n", body, "\r\n0\r\n\r\n"]],
  [
    "a chunk shorter than its size",
    (body) => [CHUNKED, `${(body.length + 9).toString(16)}\r\n`, body, "\r\n0\r\n\r\n"],
  ],
  ["no last chunk", (body) => [CHUNKED, ...chunked(body)]],
  ["no line after the last chunk", (body) => [CHUNKED, ...chunked(body), "0\r\n"]],
  ["trailers", (body) => [CHUNKED, ...chunked(body), "0\r\nx: y\r\ncontent-length: 3\r\n\r\n"]],
  ["a broken trailer", (body) => [CHUNKED, ...chunked(body), "0\r\nx y\r\n\r\n"]],
  ["a trailer of 100 KB", (body) => [CHUNKED, ...chunked(body), `0\r\nx: ${"y".repeat(100_000)}\r\n\r\n`]],
  ["junk after the last chunk", (body) => [CHUNKED, ...chunked(body), "0\r\n\r\njunk"]],
  [
    "chunks, and a length",
    (body) => [`${OK}transfer-encoding: chunked\r\n${length(body)}\r\n`, ...chunked(body), "0\r\n\r\n"],
  ],
  ["Chunked", (body) => [`${OK}transfer-encoding: Chunked\r\n\r\n`, ...chunked(body), "0\r\n\r\n"]],
  [
    "chunked twice",
    (body) => [
      `${OK}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n`,
      ...chunked(body),
      "0\r\n\r\n",
    ],
  ],
  [
    "chunked, chunked",
    (body) => [`${OK}transfer-encoding: chunked, chunked\r\n\r\n`, ...chunked(body), "0\r\n\r\n"],
  ],
  [
    "gzip, chunked",
    (body) => [`${OK}transfer-encoding: gzip, chunked\r\n\r\n`, ...chunked(gzipSync(body)), "0\r\n\r\n"],
  ],
  [
    "chunked, gzip",
    (body) => [`${OK}transfer-encoding: chunked, gzip\r\n\r\n`, ...chunked(body), "0\r\n\r\n"],
  ],
  [
    "identity, chunked",
    (body) => [`${OK}transfer-encoding: identity, chunked\r\n\r\n`, ...chunked(body), "0\r\n\r\n"],
  ],
  ["xchunked", (body) => [`${OK}transfer-encoding: xchunked\r\n\r\n`, ...chunked(body), "0\r\n\r\n"]],
  [
    "chunked in HTTP/1.0",
    (body) => ["HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", ...chunked(body), "0\r\n\r\n"],
  ],
  [
    "gzip",
    (body) => {
      const packed = gzipSync(body);
      return [`${OK}content-encoding: gzip\r\n${length(packed)}\r\n`, packed];
    },
  ],
  [
    "x-gzip",
    (body) => {
      const packed = gzipSync(body);
      return [`${OK}content-encoding: x-gzip\r\n${length(packed)}\r\n`, packed];
    },
  ],
  [
    "deflate",
    (body) => {
      const packed = deflateSync(body);
      return [`${OK}content-encoding: deflate\r\n${length(packed)}\r\n`, packed];
    },
  ],
  [
    "br",
    (body) => {
      const packed = brotliCompressSync(body);
      return [`${OK}content-encoding: br\r\n${length(packed)}\r\n`, packed];
    },
  ],
  ["a body that is not gzip", (body) => [`${OK}content-encoding: gzip\r\n${length(body)}\r\n`, body]],
  [
    "gzip that is cut",
    (body) => {
      const packed = gzipSync(body).subarray(0, 20);
      return [`${OK}content-encoding: gzip\r\n${length(packed)}\r\n`, packed];
    },
  ],
  ["lines that end with LF", (body) => [`HTTP/1.1 200 OK\ncontent-length: ${body.length}\n\n`, body]],
  ["lines that end with CR", (body) => [`HTTP/1.1 200 OK\rcontent-length: ${body.length}\r\r`, body]],
  ["only the status line", () => ["HTTP/1.1 200 OK\r\n"]],
  ["only half of the status line", () => ["HTTP/1."]],
  ["headers without an end", () => [`${OK}${JSON_TYPE}`]],
  ["half of a header", () => [`${OK}content-ty`]],
  ["nothing", () => []],
  ["one byte", () => ["H"]],
  ["another protocol (SSH)", () => ["SSH-2.0-OpenSSH_9.6\r\n"]],
  ["another protocol (SMTP)", () => ["220 mail.example ESMTP\r\n"]],
  ["HTTP/2 settings", () => [Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]],
  ["a TLS alert", () => [Buffer.from([0x15, 3, 3, 0, 2, 2, 40])]],
  ["random bytes", () => [Buffer.from([0xde, 0xad, 0xbe, 0xef, 0, 0, 13, 10, 13, 10])]],
  ["two responses", (body) => [`${OK}${length(body)}\r\n`, body, `${OK}${length(body)}\r\n`, body]],
  ["junk after the body", (body) => [`${OK}${length(body)}\r\n`, body, "junk"]],
  ["204 with a body", (body) => [`HTTP/1.1 204 No Content\r\n${length(body)}\r\n`, body]],
  ["304 with a body", (body) => [`HTTP/1.1 304 Not Modified\r\n${length(body)}\r\n`, body]],
  ["205 with a body", (body) => [`HTTP/1.1 205 Reset Content\r\n${length(body)}\r\n`, body]],
  [
    "500 with chunks",
    (body) => ["HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n", ...chunked(body), "0\r\n\r\n"],
  ],
  ["endless headers", () => [OK, ...Array.from({ length: 40 }, () => `x: ${"y".repeat(50_000)}\r\n`)]],
  ["an endless status line", () => [`HTTP/1.1 200 ${"x".repeat(2_000_000)}`]],
  [
    "endless chunks",
    () => [CHUNKED, ...Array.from({ length: 40 }, () => `10000\r\n${"z".repeat(65536)}\r\n`)],
  ],
];

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
