import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { answer, PLACES, putConfig, putPlugin } from "../../testing/plugins.ts";
import { type Bench, bench, NOW, type RunOptions } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import { scriptedTransport } from "../../testing/scripted-transport.ts";
import type { DoctorDocument } from "./index.ts";

const registry = () =>
  scriptedTransport(({ method, headers }) => {
    if (headers["authorization"] === undefined)
      return { status: 401, headers: { "www-authenticate": "Basic" } };
    if (headers["authorization"] !== `Basic ${btoa("user:right-password")}`) return { status: 401 };
    return method === "HEAD"
      ? { status: 200, headers: { "docker-content-digest": `sha256:${"0".repeat(64)}` } }
      : { status: 200 };
  });

const options = (): RunOptions => ({ env: { PATH: "/usr/bin:/bin" }, transport: registry() });

async function doctor(
  place: Bench,
  image: string,
  args: readonly string[] = [],
  more: RunOptions = options(),
): Promise<DoctorDocument & { readonly code: number }> {
  const { code, stdout, stderr } = await place.run(["doctor", image, ...PLACES, "-o", "json", ...args], more);
  assert.equal(stderr, "");
  return { ...(checkedDocument(stdout) as unknown as DoctorDocument), code };
}

const _lights = ({ steps }: DoctorDocument) => steps.map(({ name, light }) => `${name} ${light}`);
const stepOf = ({ steps }: DoctorDocument, name: string) => steps.find((one) => one.name === name);

const _event = (message: string, fields: Readonly<Record<string, unknown>>, level = "debug") =>
  `echo '${JSON.stringify({ time: "t", level, plugin: "p", message, ...fields })}' >&2`;

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = (claims: Readonly<Record<string, unknown>>) =>
  `${part({ alg: "RS256" })}.${part({ "kubernetes.io": { namespace: "ns", serviceaccount: { name: "app" } }, ...claims })}.signature-of-it`;
const IN_AN_HOUR = NOW / 1000 + 3600;

test("the pod's token: whose, for whom, until when, and never itself", async () => {
  using place = bench();
  const attributes =
    "tokenAttributes: {serviceAccountTokenAudience: aud, cacheType: ServiceAccount, requireServiceAccount: false}";
  putConfig(place, { name: "p", match: ["r.example"], more: [attributes] });
  const jwt = token({ iss: "Azure Container Registry", aud: "r.example", tenant: "t-1", exp: IN_AN_HOUR });
  putPlugin(place, "p", answer({ "r.example": ["user", jwt] }));
  const without = await doctor(place, "r.example/a", ["--no-registry"]);
  assert.equal(stepOf(without, "pod token")?.light, "warning");
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
    stepOf(good, "pod token")?.details.map(({ says }) => says),
    ["issuer https://cluster", "subject system:serviceaccount:ns:app", "audience aud", "expires in 60 min"],
  );
  assert.deepEqual(
    stepOf(good, "credential")
      ?.details.map(({ says }) => says)
      .slice(1),
    ["issuer Azure Container Registry", "audience r.example", "tenant t-1", "expires in 60 min"],
  );
  assert.ok(!JSON.stringify(good).includes("signature-of-it"));

  writeFileSync(place.path("token"), token({ aud: ["other"], exp: IN_AN_HOUR }));
  const audience = await doctor(place, "r.example/a", ["--token-file", "token"]);
  assert.equal(
    stepOf(audience, "pod token")?.says,
    "ns/app: the token is for other, and the kubelet would ask for aud",
  );
  assert.equal(audience.code, 1);
  writeFileSync(place.path("token"), token({ aud: ["aud"], exp: IN_AN_HOUR - 7200 }));
  assert.match(
    stepOf(await doctor(place, "r.example/a", ["--token-file", "token"]), "pod token")?.says ?? "",
    /has expired/,
  );
});
