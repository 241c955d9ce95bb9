import assert from "node:assert/strict";
import { test } from "node:test";
import { CredentialError, OptionsError, RequestError, UnsupportedRegistryError } from "./errors.ts";

test("a copy with some parts replaced keeps the others, including the cause", () => {
  const cause = new Error("why");
  const error = new CredentialError({ action: "a", reason: "r", advice: "x", failure: "refused", cause });
  const other = error.with({ advice: "y" });
  assert.equal(other.message, "a: r; y");
  assert.equal(other.failure, "refused");
  assert.equal(other.cause, cause);
  assert.equal(error.message, "a: r; x");
  assert.equal(
    new CredentialError({ action: "a", reason: "r" }).with({ failure: "refused" }).message,
    "a: r",
  );
});

test("messages are one line, whatever was read", () => {
  assert.equal(new CredentialError({ action: "a\r\nb", reason: "r" }).message, "a b: r");
  for (const kind of [OptionsError, RequestError, UnsupportedRegistryError]) {
    assert.equal(new kind("reading /token\n{: no such file").message, "reading /token {: no such file");
  }
});
