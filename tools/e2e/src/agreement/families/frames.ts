import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

/** The bytes of a response with this body, in pieces. */
export type Frame = (body: Buffer) => readonly (string | Uint8Array)[];

/** The bytes of a frame, joined. */
export function framed(frame: Frame, body: Uint8Array | string | undefined): Buffer {
  return Buffer.concat(frame(Buffer.from(body ?? "")).map((piece) => Buffer.from(piece as string, "latin1")));
}

/** Whether the client reads all of it before a reset that follows: the kernel drops unread data on a reset. */
export function survivesReset(frame: Frame): boolean {
  return framed(frame, "").length < 16 * 1024;
}

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
