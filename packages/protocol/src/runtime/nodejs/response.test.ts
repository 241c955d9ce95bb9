import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TransportError } from "../../http/transport.ts";
import { type ReadResponse, ResponseReader } from "./response.ts";

const EXPECTED = { method: "GET", authority: "api.example:443", maxBytes: 100 };
const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

/** The response, "cut off", or the code of the failure. */
function read(text: string, pieceLength: number, method = "GET"): ReadResponse | string {
  const reader = new ResponseReader({ ...EXPECTED, method });
  const bytes = Buffer.from(text, "latin1");
  try {
    for (let at = 0; at < bytes.length; at += pieceLength) {
      const response = reader.push(bytes.subarray(at, at + pieceLength));
      // A real connection would not be read further.
      if (response !== undefined) {
        const rest = bytes.length > at + pieceLength;
        return rest ? { ...response, reusable: false } : response;
      }
    }
    return reader.end() ?? "cut off";
  } catch (error) {
    assert.ok(error instanceof TransportError, String(error));
    return error.code;
  }
}

/** The body's text, with "+" if the connection can be used again; or why there is no response. */
function outcome(text: string, pieceLength = text.length, method = "GET"): string {
  const response = read(text, Math.max(1, pieceLength), method);
  if (typeof response === "string") return response;
  return `${response.status} ${new TextDecoder().decode(response.body)}${response.reusable ? " +" : ""}`;
}

const PARSE = "ERR_HTTP_PARSE";
const LENGTH_2 = "content-length: 2\r\n\r\nok";

/** The results of hyper 1.12 with httparse 1.10, except where a comment says otherwise. */
const RESPONSES: Readonly<Record<string, readonly [response: string, outcome: string]>> = {
  "a length": [OK + LENGTH_2, "200 ok +"],
  "no reason": [`HTTP/1.1 200\r\n${LENGTH_2}`, "200 ok +"],
  "an empty reason": [`HTTP/1.1 200 \r\n${LENGTH_2}`, "200 ok +"],
  "a reason in Latin-1": [`HTTP/1.1 200 \u00e9\r\n${LENGTH_2}`, "200 ok +"],
  "a reason with a control character": [`HTTP/1.1 200 a\u0007\r\n${LENGTH_2}`, PARSE],
  "HTTP/1.0": [`HTTP/1.0 200 OK\r\n${LENGTH_2}`, "200 ok"],
  "HTTP/1.0 with keep-alive": [`HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n${LENGTH_2}`, "200 ok +"],
  "HTTP/1.2": [`HTTP/1.2 200 OK\r\n${LENGTH_2}`, PARSE],
  "HTTP/2": [`HTTP/2 200 OK\r\n${LENGTH_2}`, PARSE],
  "HTTP/0.9": [`HTTP/0.9 200 OK\r\n${LENGTH_2}`, PARSE],
  "small letters": [`http/1.1 200 OK\r\n${LENGTH_2}`, PARSE],
  "two spaces": [`HTTP/1.1  200 OK\r\n${LENGTH_2}`, PARSE],
  "four digits": [`HTTP/1.1 2000 OK\r\n${LENGTH_2}`, PARSE],
  "status 099": [`HTTP/1.1 099 OK\r\n${LENGTH_2}`, PARSE],
  "status 999": [`HTTP/1.1 999 OK\r\n${LENGTH_2}`, "999 ok +"],
  "empty lines before it": [`\r\n\n${OK}${LENGTH_2}`, "200 ok +"],
  "bare line feeds": [`HTTP/1.1 200 OK\ncontent-length: 2\n\nok`, "200 ok +"],
  "bare carriage returns": [`HTTP/1.1 200 OK\rcontent-length: 2\r\rok`, PARSE],
  "another protocol": ["SSH-2.0-OpenSSH\r\n", PARSE],
  "the start of a status line": ["HTTP/1", "cut off"],
  "headers without an end": [`${OK}x: y\r\n`, "cut off"],
  nothing: ["", "cut off"],
  "1xx before it": [
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: a\r\n\r\n${OK}${LENGTH_2}`,
    "200 ok +",
  ],
  "101": ["HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n", "101 "],
  "a folded header": [`${OK}x: y\r\n z\r\n${LENGTH_2}`, PARSE],
  "a space before a colon": [`${OK}x : y\r\n${LENGTH_2}`, PARSE],
  "no colon": [`${OK}x\r\n${LENGTH_2}`, PARSE],
  "no name": [`${OK}: y\r\n${LENGTH_2}`, PARSE],
  "NUL in a value": [`${OK}x: a\u0000\r\n${LENGTH_2}`, PARSE],
  "a carriage return in a value": [`${OK}x: a\rb\r\n${LENGTH_2}`, PARSE],
  "Latin-1 in a value": [`${OK}x: \u00e9\r\n${LENGTH_2}`, "200 ok +"],
  "Latin-1 in a name": [`${OK}\u00e9: x\r\n${LENGTH_2}`, PARSE],
  "100 headers": [`${OK}${"x: y\r\n".repeat(99)}${LENGTH_2}`, "200 ok +"],
  "101 headers": [`${OK}${"x: y\r\n".repeat(100)}${LENGTH_2}`, PARSE],
  "a head of 100 KB": [`${OK}x: ${"y".repeat(100_000)}\r\n${LENGTH_2}`, "200 ok +"],
  "a head of 600 KB": [`${OK}x: ${"y".repeat(600_000)}\r\n${LENGTH_2}`, PARSE],
  "connection: close": [`${OK}connection: x, Close\r\n${LENGTH_2}`, "200 ok"],
  "no length": [`${OK}\r\nok`, "200 ok"],
  "length 0": [`${OK}content-length: 0\r\n\r\n`, "200  +"],
  "data after the body": [`${OK}${LENGTH_2}junk`, "200 ok"],
  "a body that is too short": [`${OK}content-length: 5\r\n\r\nok`, "cut off"],
  "a length above the limit": [`${OK}content-length: 101\r\n\r\n`, "ERR_BODY_TOO_LARGE"],
  "a body above the limit": [`${OK}\r\n${"x".repeat(101)}`, "ERR_BODY_TOO_LARGE"],
  "zeros before the length": [`${OK}content-length: 0002\r\n\r\nok`, "200 ok +"],
  "a length of 2^64": [`${OK}content-length: 18446744073709551616\r\n\r\n`, PARSE],
  "a length that is not a number": [`${OK}content-length: 2x\r\n\r\nok`, PARSE],
  "a length with a sign": [`${OK}content-length: +2\r\n\r\nok`, PARSE],
  // hyper accepts these; the static runtime itself refuses them (RFC 9112, section 6.3).
  "a repeated length": [`${OK}content-length: 2\r\n${LENGTH_2}`, PARSE],
  "a list of lengths": [`${OK}content-length: 2, 2\r\n\r\nok`, PARSE],
  "chunks and a length": [
    `${OK}transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    PARSE,
  ],
  "another coding": [`${OK}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, PARSE],
  "204 with a length": ["HTTP/1.1 204 No\r\ncontent-length: 2\r\n\r\n", "204  +"],
  "304": ["HTTP/1.1 304 Not Modified\r\n\r\n", "304  +"],
  chunks: [`${CHUNKED}1\r\no\r\n1\r\nk\r\n0\r\n\r\n`, "200 ok +"],
  "Chunked in upper case": [`${OK}Transfer-Encoding: CHUNKED\r\n\r\n2\r\nok\r\n0\r\n\r\n`, "200 ok +"],
  "chunk sizes with zeros, spaces and extensions": [
    `${CHUNKED}0002 \t;a="b"\r\nok\r\n0;x\r\n\r\n`,
    "200 ok +",
  ],
  "a space before a chunk's size": [`${CHUNKED} 2\r\nok\r\n0\r\n\r\n`, PARSE],
  "a digit after the space": [`${CHUNKED}2 0\r\nok\r\n0\r\n\r\n`, PARSE],
  "0x2": [`${CHUNKED}0x2\r\nok\r\n0\r\n\r\n`, PARSE],
  "an empty size": [`${CHUNKED}\r\nok\r\n0\r\n\r\n`, PARSE],
  "a size of 17 digits": [`${CHUNKED}10000000000000000\r\nok`, PARSE],
  "a size of 16 digits": [`${CHUNKED}ffffffffffffffff\r\nok`, "cut off"],
  "chunks with bare line feeds": [`${CHUNKED}2\nok\n0\n\n`, PARSE],
  "a chunk that is too long": [`${CHUNKED}1\r\nok\r\n0\r\n\r\n`, PARSE],
  "chunks above the limit": [`${CHUNKED}65\r\n${"x".repeat(101)}\r\n0\r\n\r\n`, "ERR_BODY_TOO_LARGE"],
  "no last chunk": [`${CHUNKED}2\r\nok\r\n`, "cut off"],
  "no line after the last chunk": [`${CHUNKED}2\r\nok\r\n0\r\n`, "cut off"],
  trailers: [`${CHUNKED}2\r\nok\r\n0\r\na: b\r\nc: d\r\n\r\n`, "200 ok +"],
  "a broken trailer": [`${CHUNKED}2\r\nok\r\n0\r\na b\r\n\r\n`, PARSE],
  "endless trailers": [`${CHUNKED}2\r\nok\r\n0\r\na: ${"b".repeat(20_000)}`, PARSE],
  "endless extensions": [`${CHUNKED}2;${"b".repeat(20_000)}`, PARSE],
  "data after the last chunk": [`${CHUNKED}2\r\nok\r\n0\r\n\r\njunk`, "200 ok"],
  "chunks in HTTP/1.0": ["HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", PARSE],
};

describe("responses are parsed as in the static runtime", () => {
  for (const [what, [response, expected]] of Object.entries(RESPONSES)) {
    test(`${what}: ${expected}`, () => {
      assert.equal(outcome(response), expected);
      // In pieces of any size.
      const pieces = response.length > 10_000 ? [1_000] : [1, 2, 7];
      for (const length of pieces)
        assert.equal(outcome(response, length), expected, `in pieces of ${length}`);
    });
  }

  test("a response to HEAD has no body, whatever its length", () => {
    assert.equal(outcome(`${OK}content-length: 200\r\n\r\n`, 1_000, "HEAD"), "200  +");
  });

  test("an invalid response is refused before its end", () => {
    for (const start of ["S", "HTTQ", "HTTP/1.1 2x", `${OK}x y`, `${CHUNKED}z`]) {
      const reader = new ResponseReader(EXPECTED);
      assert.throws(() => reader.push(Buffer.from(start)), { code: PARSE }, start);
    }
  });

  test("repeated headers are joined, with names in lower case and without white space", () => {
    const response = read(`${OK}X-A:  one \t\r\nx-a: two\r\n${LENGTH_2}`, 1_000);
    assert.ok(typeof response === "object");
    assert.deepEqual(response.headers, { "x-a": "one, two", "content-length": "2" });
  });
});
