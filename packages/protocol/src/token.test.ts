import assert from "node:assert/strict";
import { test } from "node:test";
import { CredentialError } from "./errors.ts";
import { isToken, receivedToken } from "./token.ts";

test("a token is visible ASCII; the error has its sender and not the token", () => {
  assert.equal(receivedToken("ya29.a0-b_c~/+=", "asking", "access_token").reveal(), "ya29.a0-b_c~/+=");
  for (const text of [
    "",
    "a b",
    "a\r\nX-Header: b",
    "a\0",
    "tok\u007fen",
    "tok\ufffden",
    "tok\ud800en",
    "tökén",
    "t".repeat(64 * 1024 + 1),
  ]) {
    assert.equal(isToken(text), false, JSON.stringify(text.slice(0, 20)));
    assert.throws(
      () => receivedToken(text, "asking Example", "access_token"),
      (error) =>
        error instanceof CredentialError &&
        error.message ===
          "asking Example: the access_token in the response is not a token (visible ASCII characters, at most 64 KiB); check what responds there: a proxy, or another service",
    );
  }
});
