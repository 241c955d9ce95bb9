import assert from "node:assert/strict";
import { createHash, createVerify, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { signP384 } from "./p384.ts";

const sha256 = (data: Uint8Array) => createHash("sha256").update(data).digest();

test("OpenSSL accepts the signature, for keys in both formats", () => {
  for (let round = 0; round < 8; round++) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    for (const type of ["pkcs8", "sec1"] as const) {
      const pem = privateKey.export({ format: "pem", type }).toString();
      const data = Buffer.from(`request ${round}`);
      const signature = signP384(pem, sha256(data));
      assert.ok(createVerify("SHA256").update(data).verify(publicKey, signature));
      assert.ok(!createVerify("SHA256").update("another").verify(publicKey, signature));
    }
  }
});

test("other keys are refused, and the error does not quote them", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  for (const pem of [
    "",
    "-----BEGIN EC PRIVATE KEY-----\nAQID\n-----END EC PRIVATE KEY-----\n",
    rsa.export({ format: "pem", type: "pkcs8" }).toString(),
  ])
    assert.throws(
      () => signP384(pem, sha256(Buffer.from("x"))),
      /^Error: the P-384 private key is malformed/,
    );
});
