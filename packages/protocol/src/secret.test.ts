import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { redact } from "./redact.ts";
import { Secret } from "./secret.ts";

test("a secret prints as [redacted] however it is turned into text", () => {
  const secret = new Secret("hunter2-hunter2");
  const printed = [
    `${secret}`,
    `a${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }),
    inspect([secret], { showHidden: true }),
  ];
  for (const text of printed) {
    assert.ok(!text.includes("hunter2"), text);
    assert.match(text, /\[redacted\]/);
  }
  assert.deepEqual(Object.keys(secret), []);
  assert.equal(secret.reveal(), "hunter2-hunter2");
});

test("redact replaces secrets that a server echoes, the longer one first", () => {
  new Secret("inner-part");
  new Secret("outer:inner-part:outer");
  assert.equal(redact("got outer:inner-part:outer and inner-part"), "got [redacted] and [redacted]");
});

test("redact does not replace very short values, which ordinary words contain", () => {
  new Secret("AWS");
  assert.equal(redact("asking AWS"), "asking AWS");
});
