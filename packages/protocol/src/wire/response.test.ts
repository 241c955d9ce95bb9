import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Secret } from "../secret.ts";
import { API_VERSIONS } from "./api-version.ts";
import { encodeResponse } from "./response.ts";

const auth = { "r.io": { username: "user", password: new Secret("the password") } };

describe("encodeResponse", () => {
  test("writes one line with exactly the fields of the API", () => {
    for (const apiVersion of API_VERSIONS) {
      const text = encodeResponse(apiVersion, { cacheKeyType: "Registry", cacheSeconds: 21_599, auth });
      assert.equal(text.indexOf("\n"), text.length - 1);
      assert.deepEqual(JSON.parse(text), {
        kind: "CredentialProviderResponse",
        apiVersion,
        cacheKeyType: "Registry",
        cacheDuration: "21599s",
        auth: { "r.io": { username: "user", password: "the password" } },
      });
    }
  });

  test("any text is written like by JSON.stringify", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme-ascii" }),
      fc.base64String(),
    );
    fc.assert(
      fc.property(texts, texts, texts, (key, username, password) => {
        const answer = {
          cacheKeyType: "Image",
          cacheSeconds: 0,
          auth: { [key]: { username, password: new Secret(password) } },
        } as const;
        const text = encodeResponse(API_VERSIONS[0], answer);
        assert.equal(
          text,
          `${JSON.stringify({
            kind: "CredentialProviderResponse",
            apiVersion: API_VERSIONS[0],
            cacheKeyType: "Image",
            cacheDuration: "0s",
            auth: { [key]: { username, password } },
          })}\n`,
        );
      }),
    );
  });

  test("refuses responses that the kubelet must not cache", () => {
    const encode = (cacheSeconds: number, entries: typeof auth | Record<string, never>) => () =>
      encodeResponse(API_VERSIONS[0], { cacheKeyType: "Image", cacheSeconds, auth: entries });
    assert.throws(encode(60, {}), /has no credential/);
    for (const seconds of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(encode(seconds, auth), /whole seconds/);
  });
});
