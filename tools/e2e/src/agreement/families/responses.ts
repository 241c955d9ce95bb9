import type { Fault } from "@imagecred/fake-clouds";
import { damaged, mutatedJson, oddJson, oddText } from "../odd.ts";
import { type Random, randomFrom } from "../random.ts";
import type { Family } from "../trial.ts";
import { faulty } from "./fault-trial.ts";

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
