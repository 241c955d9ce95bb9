import assert from "node:assert/strict";
import { createHash, createPrivateKey, randomUUID, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { SignJWT } from "jose";
import { Cluster } from "../core/cluster.ts";
import { Issuers } from "../core/issuers.ts";
import { Secrets } from "../core/secrets.ts";
import { checkAssertion } from "./assertions.ts";
import { createClientCertificate } from "./client-certificate.ts";
import { Directory } from "./directory.ts";
import { EntraRefusal } from "./entra-errors.ts";

const TENANT = "10000000-aaaa-4aaa-8aaa-0000000000ff";
const ENDPOINT = `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`;
const NOW = Date.now();
const secrets = new Secrets();
const cluster = new Cluster("https://cluster.example", () => NOW, secrets);
const directory = new Directory(() => NOW, secrets);
directory.addTenant(TENANT, "public");
const registered = await createClientCertificate(secrets);
const unregistered = await createClientCertificate(secrets);
const app = directory.addApp({
  tenant: TENANT,
  name: "app",
  certificates: [registered.certificatePem],
  federated: [{ issuer: cluster.issuer, subject: "system:serviceaccount:default:app", audience: "api://x" }],
});
const issuers = new Issuers(() => NOW, secrets);
issuers.add(cluster);
const parts = { clock: () => NOW, issuers, seen: new Set<string>() };

/** The AADSTS error code, or `accepted`. */
async function verdict(assertion: string): Promise<number | "accepted"> {
  try {
    await checkAssertion(parts, app, assertion, [ENDPOINT]);
    return "accepted";
  } catch (error) {
    assert.ok(error instanceof EntraRefusal, String(error));
    return error.problem.code;
  }
}

interface Signing {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  /** The certificate that the header names. */
  readonly named?: { readonly certificatePem: string };
  /** The key that signs. */
  readonly by?: { readonly privateKeyPem: string };
}

function signed({ claims = {}, header = {}, named = registered, by = registered }: Signing): Promise<string> {
  const { raw } = new X509Certificate(named.certificatePem);
  const now = Math.floor(NOW / 1000);
  const usual = {
    aud: ENDPOINT,
    iss: app.clientId,
    sub: app.clientId,
    jti: randomUUID(),
    nbf: now,
    exp: now + 600,
  };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({
      alg: "RS256",
      "x5t#S256": createHash("sha256").update(raw).digest("base64url"),
      ...header,
    })
    .sign(createPrivateKey(by.privateKeyPem));
}

test("an assertion signed with a registered certificate is accepted once", async () => {
  const assertion = await signed({});
  assert.equal(await verdict(assertion), "accepted");
  assert.equal(await verdict(assertion), 700025, "the same jti again");
});

test("x5c must contain that certificate", async () => {
  const x5c = ({ certificatePem }: { certificatePem: string }) => [
    new X509Certificate(certificatePem).raw.toString("base64"),
  ];
  assert.equal(await verdict(await signed({ header: { x5c: x5c(registered) } })), "accepted");
  assert.equal(await verdict(await signed({ header: { x5c: x5c(unregistered) } })), 700027);
});

test("invalid assertions are rejected", async () => {
  const now = Math.floor(NOW / 1000);
  const cases: Readonly<Record<string, [Signing, number]>> = {
    "another certificate's name": [{ named: unregistered, by: unregistered }, 700027],
    "another certificate's key": [{ by: unregistered }, 700027],
    "no thumbprint": [{ header: { "x5t#S256": undefined } }, 700027],
    "another audience": [
      { claims: { aud: "https://login.microsoftonline.com/other/oauth2/v2.0/token" } },
      700023,
    ],
    "another subject": [{ claims: { sub: "x" } }, 700021],
    expired: [{ claims: { exp: now - 1 } }, 700024],
    "not yet valid": [{ claims: { nbf: now + 3600 } }, 700024],
    "valid for days": [{ claims: { exp: now + 3 * 86_400 } }, 700024],
    "no jti": [{ claims: { jti: undefined } }, 700025],
  };
  for (const [what, [signing, code]] of Object.entries(cases))
    assert.equal(await verdict(await signed(signing)), code, what);
  assert.equal(await verdict("not.a.jwt"), 50027);
  assert.equal(await verdict(""), 50027);
});

test("a cluster's token: issuer, subject, audience, signature and time are checked", async () => {
  const token = (options: object) =>
    cluster.issueServiceAccountToken({ audience: "api://x", serviceAccount: "app", ...options });
  assert.equal(await verdict(await token({})), "accepted");
  assert.equal(await verdict(await token({ issuer: "https://elsewhere.example" })), 700211);
  assert.equal(await verdict(await token({ serviceAccount: "other" })), 700213);
  assert.equal(await verdict(await token({ audience: "api://y" })), 700212);
  assert.equal(await verdict(await token({ expiresIn: -1 })), 700024);
  assert.equal(await verdict(await token({ validFrom: 600 })), 700024);
  assert.equal(await verdict(await token({ signedBy: "stranger" })), 5000223);
});
