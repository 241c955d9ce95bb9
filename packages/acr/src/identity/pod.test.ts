import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { answered } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { OptionsError } from "@imagecred/protocol";
import { acr } from "../provider.ts";
import { failure, formSent, operations } from "../testing/requests.ts";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { azure } = clouds;

const ACR_CLIENT = "kubernetes.azure.com/acr-client-id";
const ACR_TENANT = "kubernetes.azure.com/acr-tenant-id";
const WI_CLIENT = "azure.workload.identity/client-id";
const WI_TENANT = "azure.workload.identity/tenant-id";
const { pod } = azure.population();
const partner = azure.population("partner").pod;
const CALLS = ["azure.entra Token", "azure.acr Exchange"];

async function asPod(
  annotations: Record<string, string>,
  extra: { image?: string; args?: string[]; token?: string } = {},
) {
  const token = extra.token ?? (await azure.podToken());
  const args = [...(extra.args ?? []), await azure.azureJsonFile("managed-identity")];
  return { args, image: extra.image ?? "myreg.azurecr.io/app", serviceAccount: { token, annotations } };
}

for (const [family, annotations] of Object.entries({
  "the Go plugin's": { [ACR_CLIENT]: pod.clientId, [ACR_TENANT]: pod.tenant },
  "Azure Workload Identity's": { [WI_CLIENT]: pod.clientId, [WI_TENANT]: pod.tenant },
  "both, with precedence for the registry's": {
    [ACR_CLIENT]: pod.clientId,
    [ACR_TENANT]: pod.tenant,
    [WI_CLIENT]: partner.clientId,
    [WI_TENANT]: partner.tenant,
  },
  "ours, with precedence over the others": {
    "imagecred.dev/azure-client-id": pod.clientId,
    "imagecred.dev/azure-tenant-id": pod.tenant,
    [ACR_CLIENT]: partner.clientId,
    [ACR_TENANT]: partner.tenant,
  },
  "without a tenant, which azure.json has": { [ACR_CLIENT]: pod.clientId },
})) {
  test(`a pod's token with annotations: ${family}`, async () => {
    const { lines } = await answered(acr, clouds, await asPod(annotations));
    assert.deepEqual(operations(clouds), CALLS);
    assert.match(lines.join("\n"), /identity source=pod service account token principal=application /);
    const { client_assertion, ...form } = formSent(clouds, "azure.entra");
    assert.deepEqual(form, {
      grant_type: "client_credentials",
      client_id: pod.clientId,
      scope: "https://containerregistry.azure.net/.default",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    });
    assert.ok(client_assertion);
  });
}

test("cross-tenant: the exchange has the pod's tenant, not azure.json's", async () => {
  const annotations = { [ACR_CLIENT]: partner.clientId, [ACR_TENANT]: partner.tenant };
  await answered(acr, clouds, await asPod(annotations, { image: "partnerreg.azurecr.io/app" }));
  assert.equal(formSent(clouds, "azure.acr")["tenant"], partner.tenant);
  assert.notEqual(partner.tenant, (await azure.azureJson("managed-identity"))["tenantId"]);
});

test("without azure.json: tenant from AZURE_TENANT_ID or the annotation", async () => {
  const serviceAccount = { token: await azure.podToken(), annotations: { [WI_CLIENT]: pod.clientId } };
  await answered(acr, clouds, { env: { AZURE_TENANT_ID: pod.tenant }, serviceAccount });
  assert.deepEqual(operations(clouds), CALLS);
  await clouds.reset();
  const message = await failure(clouds, { serviceAccount });
  assert.match(
    message,
    /neither its service account nor the configuration has a tenant; annotate .*acr-tenant-id or .*tenant-id/,
  );
  assert.deepEqual(clouds.requests, []);
});

test("a pod without an annotation gets the node's identity only with --identity-fallback unassigned or node", async () => {
  const message = await failure(clouds, await asPod({}));
  assert.match(
    message,
    /no annotation kubernetes\.azure\.com\/acr-client-id or azure\.workload\.identity\/client-id, or the kubelet does not pass it/,
  );
  assert.match(message, /optionalServiceAccountAnnotationKeys.*--identity-fallback unassigned/);
  assert.deepEqual(clouds.requests, []);
  for (const fallback of ["unassigned", "node"]) {
    const { answer } = await answered(
      acr,
      clouds,
      await asPod({}, { args: [`--identity-fallback=${fallback}`] }),
    );
    assert.deepEqual(operations(clouds), ["azure.imds Token", "azure.acr Exchange"]);
    assert.equal(answer.maxCacheSeconds, undefined);
    await clouds.reset();
  }
});

test("a mirrored image uses the node's identity, with or without an annotation (network-isolated AKS)", async () => {
  for (const annotations of [{}, { [ACR_CLIENT]: pod.clientId }]) {
    const args = ["--registry-mirror=mcr.microsoft.com:myreg.azurecr.io"];
    const image = "mcr.microsoft.com/oss/kubernetes/azure-cni";
    const { answer } = await answered(acr, clouds, await asPod(annotations, { args, image }));
    assert.deepEqual(operations(clouds), ["azure.imds Token", "azure.acr Exchange"]);
    assert.deepEqual(Object.keys(answer.auth), ["mcr.microsoft.com", "myreg.azurecr.io"]);
    await clouds.reset();
  }
});

test("--identity-fallback node also applies if the registry refuses, not if it is busy or the annotation is invalid", async () => {
  const args = ["--identity-fallback=node"];
  const annotations = { [ACR_CLIENT]: pod.clientId };
  const denied = { status: 401, body: JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "no" }] }) };
  await clouds.faults.add({ service: "azure.acr", times: 1, fault: { kind: "answer", reply: denied } });
  const { answer } = await answered(acr, clouds, await asPod(annotations, { args }));
  assert.deepEqual(operations(clouds), [...CALLS, "azure.imds Token", "azure.acr Exchange"]);
  assert.equal(answer.maxCacheSeconds, 300);
  await clouds.reset();
  await clouds.faults.add({ service: "azure.acr", fault: { kind: "answer", reply: { status: 503 } } });
  assert.match(await failure(clouds, await asPod(annotations, { args })), /status 503/);
  assert.ok(!operations(clouds).includes("azure.imds Token"));
  await clouds.reset();
  await failure(clouds, await asPod({ [ACR_CLIENT]: "../../x" }, { args }));
  assert.deepEqual(clouds.requests, []);
});

test("a pod that Entra refuses gets the node's identity only with --identity-fallback node", async () => {
  const annotations = { [ACR_CLIENT]: "20000000-ffff-4fff-8fff-000000000001" };
  const message = await failure(clouds, await asPod(annotations));
  assert.match(message, /AADSTS700016.* \(trace id .*\); check the client id/);
  assert.deepEqual(operations(clouds), ["azure.entra Token"]);
  await clouds.reset();
  const { lines } = await answered(
    acr,
    clouds,
    await asPod(annotations, { args: ["--identity-fallback", "node"] }),
  );
  assert.deepEqual(operations(clouds), ["azure.entra Token", "azure.imds Token", "azure.acr Exchange"]);
  assert.match(lines.join("\n"), /identity source=managed identity/);
});

test("--identity node does not use the pod's token; --identity pod requires one", async () => {
  await answered(acr, clouds, await asPod({ [ACR_CLIENT]: pod.clientId }, { args: ["--identity", "node"] }));
  assert.deepEqual(operations(clouds), ["azure.imds Token", "azure.acr Exchange"]);
  const args = ["--identity=pod", await azure.azureJsonFile("managed-identity")];
  assert.match(await failure(clouds, { args }), /the kubelet sent no service account token/);
  assert.match(
    await failure(clouds, { args: ["--identity", "me"] }, OptionsError),
    /expected auto, pod or node/,
  );
});

for (const [what, options, message] of [
  ["another audience", { audience: "https://example.com" }, /AADSTS700212.*serviceAccountTokenAudience/],
  [
    "another service account",
    { serviceAccount: "stranger" },
    /AADSTS700213.*add to application \S+ a federated credential with issuer \S+, subject system:serviceaccount:default:stranger/,
  ],
  [
    "another issuer",
    { issuer: "https://elsewhere.example" },
    /AADSTS700211.*add to application \S+ a federated credential with issuer https:\/\/elsewhere\.example/,
  ],
  ["an expired token", { expiresIn: -10 }, /AADSTS700024.*check the clock/],
  ["a key that is not the cluster's", { signedBy: "stranger" }, /AADSTS5000223/],
] as const) {
  test(`Entra refuses ${what}, and the message has the advice`, async () => {
    const annotations = { [ACR_CLIENT]: pod.clientId };
    assert.match(
      await failure(clouds, await asPod(annotations, { token: await azure.podToken(options) })),
      message,
    );
    assert.deepEqual(operations(clouds), ["azure.entra Token"]);
  });
}

test("annotations that are not IDs are rejected before any request", async () => {
  for (const [key, value] of [
    [ACR_CLIENT, "../../x"],
    [ACR_CLIENT, "client&grant_type=password"],
    [ACR_TENANT, "../common"],
    [ACR_TENANT, ".."],
    [ACR_TENANT, "common"],
    [ACR_TENANT, "a/b"],
    [ACR_TENANT, "evil.test#"],
    [ACR_TENANT, "tenant?x"],
  ] as const) {
    const message = await failure(clouds, await asPod({ [ACR_CLIENT]: pod.clientId, [key]: value }));
    assert.match(message, new RegExp(`reading the pod's annotation ${key}`));
  }
  assert.deepEqual(clouds.requests, []);
});
