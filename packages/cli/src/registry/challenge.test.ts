import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseChallenges } from "./challenge.ts";

test("challenges of well-known registries", () => {
  assert.deepEqual(
    parseChallenges(
      'Basic realm="https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"',
    ),
    [
      {
        scheme: "basic",
        parameters: {
          realm: "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/",
          service: "ecr.amazonaws.com",
        },
      },
    ],
  );
  assert.deepEqual(
    parseChallenges(
      'Bearer realm="https://r.azurecr.io/oauth2/token",service="r.azurecr.io",scope="repository:a:pull"',
    ),
    [
      {
        scheme: "bearer",
        parameters: {
          realm: "https://r.azurecr.io/oauth2/token",
          service: "r.azurecr.io",
          scope: "repository:a:pull",
        },
      },
    ],
  );
});

test("several challenges, odd spacing, quotes within quotes, tokens without quotes", () => {
  assert.deepEqual(parseChallenges('Basic realm="a, b \\"c\\"" , Bearer  Realm = x ,service="y"'), [
    { scheme: "basic", parameters: { realm: 'a, b "c"' } },
    { scheme: "bearer", parameters: { realm: "x", service: "y" } },
  ]);
  assert.deepEqual(parseChallenges("Negotiate, Basic"), [
    { scheme: "negotiate", parameters: {} },
    { scheme: "basic", parameters: {} },
  ]);
  assert.deepEqual(parseChallenges(""), []);
});

test("parsing ends for any input", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "=", '"', ",", " ", "\\", "Basic") }), (header) => {
      assert.ok(Array.isArray(parseChallenges(header)));
    }),
  );
});
