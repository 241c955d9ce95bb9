import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { testContext } from "@imagecred/protocol/testing";
import fc from "fast-check";
import { sha256With } from "./sha256.ts";

const Sha256 = sha256With(testContext().crypto);
const data = fc.oneof(
  fc.string(),
  fc.uint8Array(),
  fc.uint8Array().map((bytes) => bytes.slice().buffer),
);

function bytes(value: string | ArrayBuffer | Uint8Array): Uint8Array {
  return typeof value === "string" ? Buffer.from(value) : new Uint8Array(value);
}

test("SHA-256 of whatever pieces the data comes in", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(data, { maxLength: 4 }), async (pieces) => {
      const hash = new Sha256();
      const expected = createHash("sha256");
      for (const piece of pieces) {
        hash.update(piece);
        expected.update(bytes(piece));
      }
      assert.deepEqual(Buffer.from(await hash.digest()), expected.digest());
    }),
  );
});

test("HMAC with it, with whatever key", async () => {
  await fc.assert(
    fc.asyncProperty(data, data, async (key, message) => {
      const hash = new Sha256(key);
      hash.update(message);
      const expected = createHmac("sha256", bytes(key)).update(bytes(message)).digest();
      assert.deepEqual(Buffer.from(await hash.digest()), expected);
    }),
  );
});

test("a view of a larger buffer is hashed as what it shows", async () => {
  const hash = new Sha256();
  hash.update(new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
  assert.deepEqual(
    Buffer.from(await hash.digest()),
    createHash("sha256").update(Uint8Array.of(2, 3)).digest(),
  );
});
