import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { doctor, stepOf } from "../../testing/doctor.ts";
import { answer, putConfig, putPlugin } from "../../testing/plugins.ts";
import { bench, NOW } from "../../testing/run.ts";

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = (claims: Readonly<Record<string, unknown>>) =>
  `${part({ alg: "RS256" })}.${part({ "kubernetes.io": { namespace: "ns", serviceaccount: { name: "app" } }, ...claims })}.signature-of-it`;
const IN_AN_HOUR = NOW / 1000 + 3600;

test("the pod's token: service account, audience and expiry are shown, the token never", async () => {
  using place = bench();
  const attributes =
    "tokenAttributes: {serviceAccountTokenAudience: aud, cacheType: ServiceAccount, requireServiceAccount: false}";
  putConfig(place, { name: "p", match: ["r.example"], more: [attributes] });
  const jwt = token({ iss: "Azure Container Registry", aud: "r.example", tenant: "t-1", exp: IN_AN_HOUR });
  putPlugin(place, "p", answer({ "r.example": ["user", jwt] }));
  const without = await doctor(place, "r.example/a", ["--no-registry"]);
  assert.equal(stepOf(without, "pod token")?.status, "warning");
  assert.match(
    stepOf(without, "pod token")?.fix ?? "",
    /kubectl create token SERVICE_ACCOUNT --audience aud/,
  );

  writeFileSync(
    place.path("token"),
    token({ aud: ["aud"], exp: IN_AN_HOUR, sub: "system:serviceaccount:ns:app", iss: "https://cluster" }),
  );
  const good = await doctor(place, "r.example/a", ["--no-registry", "--token-file", "token"]);
  assert.deepEqual(
    stepOf(good, "pod token")?.details.map(({ message }) => message),
    ["issuer https://cluster", "subject system:serviceaccount:ns:app", "audience aud", "expires in 60 min"],
  );
  assert.deepEqual(
    stepOf(good, "credential")
      ?.details.map(({ message }) => message)
      .slice(1),
    ["issuer Azure Container Registry", "audience r.example", "tenant t-1", "expires in 60 min"],
  );
  assert.ok(!JSON.stringify(good).includes("signature-of-it"));

  writeFileSync(place.path("token"), token({ aud: ["other"], exp: IN_AN_HOUR }));
  const audience = await doctor(place, "r.example/a", ["--token-file", "token"]);
  assert.equal(
    stepOf(audience, "pod token")?.message,
    "ns/app: the token is for audience other, but the kubelet requests aud",
  );
  assert.equal(audience.code, 1);
  writeFileSync(place.path("token"), token({ aud: ["aud"], exp: IN_AN_HOUR - 7200 }));
  assert.match(
    stepOf(await doctor(place, "r.example/a", ["--token-file", "token"]), "pod token")?.message ?? "",
    /has expired/,
  );
});
