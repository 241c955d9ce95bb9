import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, test } from "node:test";
import { startClouds } from "@imagecred/fake-clouds";
import { certificateFacts } from "./x509.ts";

const clouds = await startClouds();
after(() => clouds.close());
const { authority } = clouds.federation;

test("a certificate's facts equal OpenSSL's", async () => {
  for (const key of ["RSA", "P-256", "P-384"] as const) {
    for (const pem of [(await authority.issue({ key })).certificatePem, authority.pem]) {
      const openssl = new X509Certificate(pem);
      const facts = certificateFacts(openssl.raw);
      assert.ok(facts !== undefined);
      assert.equal(facts.serialNumber, BigInt(`0x${openssl.serialNumber}`));
      assert.equal(facts.notBefore, Date.parse(openssl.validFrom));
      assert.equal(facts.notAfter, Date.parse(openssl.validTo));
      const curve = openssl.publicKey.asymmetricKeyDetails?.namedCurve;
      assert.equal(facts.key, curve === undefined ? "RSA" : curve === "prime256v1" ? "P-256" : "P-384");
      const spki = openssl.publicKey.export({ format: "der", type: "spki" });
      assert.ok(spki.subarray(-facts.publicKey.length).equals(facts.publicKey));
    }
  }
});

test("a certificate that is cut anywhere has no facts, or the same", async () => {
  const { raw } = new X509Certificate((await authority.issue()).certificatePem);
  const whole = certificateFacts(raw);
  for (let end = 0; end < raw.length; end++) {
    const facts = certificateFacts(raw.subarray(0, end));
    assert.ok(facts === undefined || facts.serialNumber === whole?.serialNumber);
  }
});
