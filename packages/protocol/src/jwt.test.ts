import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { base64url } from "./encoding.ts";
import { fromBase64 } from "./from-base64.ts";
import { claimsOf, jwtExpiry } from "./jwt.ts";

test("the claims are those that were encoded, for any JSON object", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(fc.integer(), fc.stringMatching(/^[ -~]*$/))),
      (claims) => {
        const token = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
        assert.deepEqual({ ...claimsOf(token) }, { ...claims });
      },
    ),
  );
});

test("claims with characters beyond ASCII are decoded", () => {
  const claims = { name: "Zoë 💥", exp: 42, tid: "t" };
  const token = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
  assert.equal(claimsOf(token)["exp"], 42);
  assert.equal(claimsOf(token)["tid"], "t");
});

test("a text that is not a JWT has no claims", () => {
  for (const text of ["", "x", "a.b", "..", "a.!!.c", "a.bnVsbA.c", "a.MQ.c", "a.W10.c"]) {
    assert.equal(claimsOf(text)["exp"], undefined, text);
  }
  fc.assert(fc.property(fc.string(), (text) => typeof claimsOf(text) === "object"));
});

test("base64url is decoded", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(base64url(bytes), Buffer.from(bytes).toString("base64url"));
      assert.deepEqual(Buffer.from(fromBase64(Buffer.from(bytes).toString("base64"))), Buffer.from(bytes));
    }),
  );
});

test("a JWT's expiry, limited by its lifetime if the clock is slow", () => {
  const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
  assert.equal(jwtExpiry(token({ exp: 2_000, iat: 1_000 }), 1_500_000), 2_000_000);
  assert.equal(jwtExpiry(token({ exp: 2_000, iat: 1_000 }), 400_000), 1_400_000);
  assert.equal(jwtExpiry(token({ exp: 2_000, nbf: 1_000 }), 400_000), 1_400_000);
  assert.equal(jwtExpiry(token({ exp: 2_000 }), 400_000), 2_000_000);
  for (const exp of [undefined, "2000", null, -1, 0]) assert.equal(jwtExpiry(token({ exp }), 0), undefined);
  assert.equal(jwtExpiry("opaque", 0), undefined);
});
