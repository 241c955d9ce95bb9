import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { redact, remember } from "./redact.ts";

/** A piece of a secret with this many characters must not be left, in any encoding. */
const PIECE = 15;

const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  "as it is": (secret) => secret,
  "percent-encoded": encodeURIComponent,
  "percent-encoded in lower case": (secret) =>
    encodeURIComponent(secret).replace(/%../g, (one) => one.toLowerCase()),
  "percent-encoded twice": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "as a form": (secret) => new URLSearchParams({ s: secret }).toString().slice(2),
  "as JSON": (secret) => JSON.stringify(secret).slice(1, -1),
  "as JSON in JSON": (secret) => JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
  "as JSON with escaped slashes": (secret) => JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/"),
  "as JSON in ASCII": (secret) =>
    secret.replace(/[^\w]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`),
  "in HTML": (secret) => secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("/", "&#x2F;"),
  "in base64": (secret) => Buffer.from(secret).toString("base64"),
  "in base64url": (secret) => Buffer.from(secret).toString("base64url"),
  "in base64 after a user name": (secret) => Buffer.from(`some-user:${secret}`).toString("base64"),
  "in base64url after a short user name": (secret) => Buffer.from(`u:${secret}`).toString("base64url"),
  "in base64 that is percent-encoded": (secret) =>
    encodeURIComponent(Buffer.from(`user1:${secret}`).toString("base64")),
};

/** Every encoded piece of the secret that must not be left. */
function pieces(secret: string, encode: (secret: string) => string): string[] {
  const whole = encode(secret);
  // Base64 has no separate characters for those of the secret, so pieces of the encoded text count.
  const oneByOne = encode(secret.slice(0, 5)) + encode(secret.slice(5)) === whole;
  // Pieces that encode the user name before it, or text after it, do not count.
  let before = 0;
  while (!oneByOne && whole[before] === encode(`\x7f${secret.slice(1)}`)[before]) before++;
  const characters = oneByOne ? [...secret] : [...whole.slice(before + 1).replace(/.(?:=|%3D)*$/, "")];
  const found: string[] = [];
  for (let at = 0; at + PIECE <= characters.length; at++) {
    const piece = characters.slice(at, at + PIECE).join("");
    found.push(oneByOne ? encode(piece) : piece);
  }
  return found;
}

/** Like tokens and keys, with the characters that encodings change. */
const secrets = fc.string({
  unit: fc.constantFrom(..."abcXYZ019", ...'/+=._-~&<%"\\ é'),
  minLength: 24,
  maxLength: 120,
});

for (const [name, encode] of Object.entries(ENCODINGS)) {
  test(`a secret ${name} is redacted, whole and cut anywhere`, () => {
    fc.assert(
      fc.property(secrets, fc.nat(), fc.nat(), (secret, from, length) => {
        remember(secret);
        const encoded = encode(secret);
        const start = from % encoded.length;
        const cut = encoded.slice(start, start + 1 + (length % encoded.length));
        for (const text of [encoded, `before ${encoded} after`, `before ${cut} after`]) {
          const left = redact(text);
          for (const piece of pieces(secret, encode))
            assert.ok(!left.includes(piece), `${left} has ${piece}`);
        }
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
}

test("the text around a secret is not changed", () => {
  remember("1//0gXyz-refresh/token+value==");
  assert.equal(
    redact("status 400: refresh_token=1%2F%2F0gXyz-refresh%2Ftoken%2Bvalue%3D%3D&client=é; check it"),
    "status 400: refresh_token=[redacted]&client=é; check it",
  );
});

test("a secret inside another, and two adjacent ones", () => {
  remember("inner-part-of-it");
  remember("outer:inner-part-of-it:outer");
  assert.equal(
    redact("got outer:inner-part-of-it:outer and inner-part-of-it"),
    "got [redacted] and [redacted]",
  );
  assert.equal(redact("inner-part-of-itinner-part-of-it"), "[redacted]");
});

test("very short values are not redacted, as ordinary words contain them; short ones only as a whole", () => {
  remember("AWS");
  remember("hunter2");
  assert.equal(redact("asking AWS"), "asking AWS");
  assert.equal(redact("hunter2 and hunt, aHVudGVyMg=="), "[redacted] and hunt, [redacted]g==");
});

test("a long line with many secrets is searched quickly", () => {
  for (let index = 0; index < 20; index++)
    remember(Buffer.from(String(index).repeat(400)).toString("base64"));
  const text = "word ".repeat(2_000);
  const started = performance.now();
  assert.equal(redact(text), text);
  assert.ok(performance.now() - started < 1_000, `${performance.now() - started} ms`);
});

test("in a long text, too, in every encoding", () => {
  const secret = "s3cr3t/ABCdefGHI+jklMNOpqrSTUvwxYZ0123456789==";
  remember(secret);
  const around = "a response that goes on and on; ".repeat(100);
  for (const [name, encode] of Object.entries(ENCODINGS)) {
    const cleaned = redact(`${around}${encode(secret)}${around}`);
    assert.ok(cleaned.startsWith(around) && cleaned.endsWith(around), name);
    for (const piece of pieces(secret, encode)) assert.ok(!cleaned.includes(piece), `${name}: ${piece}`);
  }
});
