import assert from "node:assert/strict";
import { describe, test } from "node:test";
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

  test("refuses what the kubelet would cache to everybody's harm", () => {
    const encode = (cacheSeconds: number, entries: typeof auth | Record<string, never>) => () =>
      encodeResponse(API_VERSIONS[0], { cacheKeyType: "Image", cacheSeconds, auth: entries });
    assert.throws(encode(60, {}), /without a credential/);
    for (const seconds of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(encode(seconds, auth), /whole seconds/);
  });
});
