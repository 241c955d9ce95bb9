import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { tokenIn } from "./google-response.ts";

const answer = (status: number, body: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: new TextEncoder().encode(body),
});

describe("a token in a response", () => {
  const read = (status: number, body: string) =>
    tokenIn(answer(status, body), "asking", "access_token", () => "advice");

  test("is returned as a Secret", async () => {
    const { token, document } = await read(200, '{"access_token":"abc","expires_in":5}');
    assert.equal(token.reveal(), "abc");
    assert.equal(String(token), "[redacted]");
    assert.deepEqual(document, { access_token: "abc", expires_in: 5 });
  });

  test("is an error if it is missing, or if the status is not 200", async () => {
    for (const body of [
      "",
      "{}",
      "[]",
      "null",
      "x",
      '{"access_token":""}',
      '{"access_token":7}',
      '{"token":"abc"}',
    ]) {
      await assert.rejects(read(200, body), /asking: status 200 without access_token/, body);
    }
    await assert.rejects(read(403, '{"access_token":"abc"}'), /asking: status 403; advice/);
  });
});
