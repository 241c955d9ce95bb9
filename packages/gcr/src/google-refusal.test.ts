import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeResponse } from "./google-refusal.ts";

const answer = (status: number, body: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: new TextEncoder().encode(body),
});

describe("the error in a response", () => {
  test("in the format of OAuth or of Google's APIs, or as plain text", () => {
    for (const [body, said] of [
      [
        '{"error":"invalid_grant","error_description":"Invalid JWT Signature."}',
        "status 400 invalid_grant: Invalid JWT Signature.",
      ],
      ['{"error":{"code":400,"message":"No such.","status":"NOT_FOUND"}}', "status 400 NOT_FOUND: No such."],
      ['{"error":"invalid_grant"}', "status 400 invalid_grant"],
      ["plain words\n", "status 400 plain words"],
      ["", "status 400"],
      ["{}", "status 400"],
      ["[]", "status 400 []"],
      ["<title>T</title><style>p{}</style><p>Missing <b>header</b>.", "status 400 Missing header ."],
    ] as const) {
      assert.equal(describeResponse(answer(400, body)), said);
    }
  });

  test("is shortened, and shown without anything that may be a key", () => {
    assert.equal(
      describeResponse(answer(403, "denied to ya29.c0ASRK0GaBcDeFgHiJkLmNoP now")),
      "status 403 denied to ya29.… now",
    );
    assert.equal(describeResponse(answer(500, "word ".repeat(1000))).length, "status 500 ".length + 299 + 1);
  });

  test("is not cut within a link", () => {
    const link = `https://console.developers.google.com/apis/api/${"x".repeat(60)}`;
    const message = `${"word ".repeat(50)}by visiting ${link} then retry`;
    const shown = describeResponse(
      answer(403, JSON.stringify({ error: { message, status: "PERMISSION_DENIED" } })),
    );
    assert.ok(shown.endsWith(" by visiting…"), shown);
  });

  test("for a redirect, which is not followed", () => {
    assert.match(
      describeResponse(answer(302, "", { location: "https://evil.test/x?y" })),
      /^status 302, a redirect to https:\/\/evil.test,/,
    );
    assert.match(describeResponse(answer(302, "")), /another address/);
  });
});
