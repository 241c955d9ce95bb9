import assert from "node:assert/strict";
import { createPublicKey, verify, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { CredentialError, OptionsError, Secret, systemFiles } from "@imagecred/protocol";
import { testContext } from "@imagecred/protocol/testing";
import { goModule } from "@imagecred/vectors";
import { readCertificateFile } from "./certificate-file.ts";

const DATA = join(import.meta.dirname, "testdata");
const { crypto } = testContext();
const PASSWORD = new Secret("p@ss wörd");

function read(name: string, password?: Secret) {
  return readCertificateFile(join(DATA, name), password, { files: systemFiles, crypto });
}

async function expected(): Promise<X509Certificate> {
  return new X509Certificate(await readFile(join(DATA, "plain.pem")));
}

const USABLE: readonly [file: string, password: Secret | undefined, chainLength: number][] = [
  ["plain.pem", undefined, 1],
  ["chain.pem", undefined, 2],
  ["issuer-first.pem", undefined, 2],
  ["pkcs1.pem", undefined, 1],
  ["encrypted-pkcs8.pem", PASSWORD, 1],
  ["encrypted-traditional.pem", PASSWORD, 1],
  ["aes256.p12", PASSWORD, 2],
  ["aes128-sha1.p12", PASSWORD, 2],
  ["rc2.p12", PASSWORD, 2],
  ["3des.p12", PASSWORD, 2],
  ["no-password.p12", undefined, 1],
];

for (const [file, password, chainLength] of USABLE) {
  test(`${file}: the certificate comes first, with its key`, async () => {
    const { chain, privateKeyPem } = await read(file, password);
    const certificate = await expected();
    assert.deepEqual(Buffer.from(chain[0]), certificate.raw);
    assert.equal(chain.length, chainLength);
    const data = new TextEncoder().encode("data");
    const signature = crypto.signRs256(privateKeyPem, data);
    assert.ok(
      verify(
        "sha256",
        data,
        createPublicKey(certificate.publicKey.export({ type: "spki", format: "pem" })),
        signature,
      ),
    );
  });
}

const UNUSABLE: readonly [file: string, password: Secret | undefined, message: RegExp][] = [
  ["aes256.p12", undefined, /aes256\.p12: it needs a password; check aadClientCertPassword/],
  ["aes256.p12", new Secret("wrong-password"), /the password does not open it; check aadClientCertPassword/],
  ["rc2.p12", new Secret("wrong-password"), /the password does not open it/],
  ["encrypted-pkcs8.pem", undefined, /its private key needs a password/],
  ["encrypted-pkcs8.pem", new Secret("wrong-password"), /the password does not open its private key/],
  ["encrypted-traditional.pem", new Secret("wrong-password"), /the password does not open its private key/],
  ["no-key.p12", PASSWORD, /the file has no RSA private key/],
  ["ec.p12", PASSWORD, /no RSA private key|cannot be read|can be read/],
  ["other.pem", undefined, /the file has no private key/],
  ["mismatch.pem", undefined, /no certificate in the file matches its private key/],
  ["make.sh", undefined, /it is neither PEM nor PKCS#12/],
];

for (const [file, password, message] of UNUSABLE) {
  test(`${file} with ${password === undefined ? "no" : "a"} password is rejected: ${message.source}`, async () => {
    await assert.rejects(read(file, password), (error: unknown) => {
      assert.ok(error instanceof CredentialError, String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /wrong-password|wörd/);
      return true;
    });
  });
}

test("the error names a missing file", async () => {
  await assert.rejects(read("missing.pem"), (error: unknown) => {
    assert.ok(error instanceof OptionsError);
    assert.match(error.message, /client certificate .*missing\.pem: no such file/);
    return true;
  });
});

/** The files with which Azure's library for Go tests ClientCertificateCredential. */
const azidentity = goModule("github.com/Azure/azure-sdk-for-go/sdk/azidentity", "v1.15.0");

describe("azidentity's certificates", { skip: azidentity.missing ?? false }, () => {
  const readOf = (name: string, password?: string) =>
    readCertificateFile(
      join(azidentity.directory, "testdata", name),
      password === undefined ? undefined : new Secret(password),
      { files: systemFiles, crypto },
    );

  for (const [name, password, length] of [
    ["certificate.pem", undefined, 1],
    ["certificate_formatB.pem", undefined, 1],
    ["certificate-with-chain.pem", undefined, 2],
    ["certificate.pfx", undefined, 2],
    ["certificate_encrypted_key.pfx", "password", 1],
  ] as const) {
    test(`${name} is a certificate with its key`, async () => {
      const { chain, privateKeyPem } = await readOf(name, password);
      assert.equal(chain.length, length);
      const data = new TextEncoder().encode("data");
      const { publicKey } = new X509Certificate(chain[0]);
      assert.ok(verify("sha256", data, publicKey, crypto.signRs256(privateKeyPem, data)));
    });
  }

  for (const [name, said] of [
    ["certificate_empty.pem", /the file has no certificate/],
    ["certificate_encrypted_key.pfx", /it needs a password/],
    ["certificate_nokey.pem", /the file has no private key/],
    ["certificate-two-keys.pem", /the file has more than one private key/],
    ["certificate-wrong-key.pem", /no certificate in the file matches its private key/],
  ] as const) {
    test(`${name} is rejected`, async () => {
      await assert.rejects(
        readOf(name),
        (error) => error instanceof CredentialError && said.test(error.message),
      );
    });
  }
});
