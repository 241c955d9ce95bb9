import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeClaims } from "./claims.ts";

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = (payload: unknown, header: unknown = { alg: "RS256" }) =>
  `${part(header)}.${part(payload)}.sig-nature`;

test("a service account token", () => {
  const claims = decodeClaims(
    token({
      iss: "https://cluster.example",
      aud: ["sts.amazonaws.com"],
      sub: "system:serviceaccount:ns:app",
      exp: 2000,
      iat: 1000,
      "kubernetes.io": {
        namespace: "ns",
        pod: { name: "p", uid: "u1" },
        serviceaccount: { name: "app", uid: "u2" },
      },
    }),
  );
  assert.deepEqual(claims, {
    issuer: "https://cluster.example",
    subject: "system:serviceaccount:ns:app",
    audiences: ["sts.amazonaws.com"],
    expiresAt: 2_000_000,
    issuedAt: 1_000_000,
    tenant: undefined,
    namespace: "ns",
    serviceAccount: "app",
    serviceAccountUid: "u2",
    pod: "p",
    podUid: "u1",
  });
});

test("one audience as text, Entra's and ACR's tenant, UTF-8", () => {
  assert.deepEqual(decodeClaims(token({ aud: "a", tid: "t" }))?.audiences, ["a"]);
  assert.equal(decodeClaims(token({ tid: "t" }))?.tenant, "t");
  assert.equal(decodeClaims(token({ tenant: "t2" }))?.tenant, "t2");
  assert.equal(decodeClaims(token({ sub: "Zoë" }))?.subject, "Zoë");
});

test("texts that are not tokens, and claims of wrong types", () => {
  for (const text of [
    "",
    "a.b",
    "a.b.c",
    `${part({})}.${part({})}.x`,
    `${part({ alg: "x" })}.!!.x`,
    "AQECAHh.x.y",
    `${part({ alg: "x" })}.${part(null)}.x`,
  ]) {
    assert.equal(decodeClaims(text), undefined, text);
  }
  const odd = decodeClaims(token({ iss: 1, aud: [1, "a"], exp: "soon", "kubernetes.io": "x" }));
  assert.deepEqual(
    [odd?.issuer, odd?.audiences, odd?.expiresAt, odd?.namespace],
    [undefined, ["a"], undefined, undefined],
  );
});
