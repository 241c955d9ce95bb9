import assert from "node:assert/strict";
import { test } from "node:test";
import { testContext } from "@imagecred/protocol/testing";
import { credentialsOf } from "./credentials.ts";
import { signedHeaders } from "./sigv4.ts";

// AWS's example keys.
const ID = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SESSION =
  "AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT+FvwqnKwRcOIfrRh3c/LTo6UDdyJwOOvEVPvLXCrrrUtdnniCEXAMPLE/IvU1dYUg2RVAJBanLiHb4IgRmpRV3zrkuWJOgQs8IZZaIv2BXIa2R4OlgkBN9bkUDNCJiBeb/AXlzBBko7b15fjrBs2+cTQtpZ3CYWFXG8C5zqx37wnOE49mRl/+OtkIKGO7fAE";
const URL_ = "https://sts.us-east-2.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15";
const NOW = Date.UTC(2020, 7, 11, 6, 55, 22);

/** The signatures of this request in google-auth's tests (test_aws.py). */
const SIGNATURES: readonly (readonly [what: string, session: string | undefined, signature: string])[] = [
  ["with", SESSION, "596aa990b792d763465d73703e684ca273c45536c6d322c31be01a41d02e5b60"],
  ["without", undefined, "9e722e5b7bfa163447e2a14df118b45ebd283c5aea72019bdf921d6e7dc01a9a"],
];

for (const [what, session, signature] of SIGNATURES) {
  test(`a request ${what} a session token is signed as google-auth signs it`, () => {
    const keys = credentialsOf({ accessKeyId: ID, secretAccessKey: SECRET, sessionToken: session }, "a test");
    const scope = { region: "us-east-2", service: "sts", now: NOW };
    const headers = signedHeaders(
      { method: "POST", url: URL_, headers: {} },
      scope,
      keys,
      testContext().crypto,
    );
    assert.equal(headers["x-amz-date"], "20200811T065522Z");
    assert.ok(
      headers["authorization"]?.endsWith(`, Signature=${signature}`),
      String(headers["authorization"]),
    );
  });
}
