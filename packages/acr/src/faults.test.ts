import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { answered } from "@imagecred/e2e";
import { type Fault, startClouds } from "@imagecred/fake-clouds";
import { acr } from "./provider.ts";
import { failure, operations } from "./testing/requests.ts";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { azure } = clouds;
const MANAGED = await azure.azureJsonFile("managed-identity");
const SECRET = await azure.azureJsonFile("client-secret");
const FEDERATED = await azure.azureJsonFile("federated-token-file");

const status = (code: number, headers = {}): Fault => ({
  kind: "answer",
  reply: { status: code, headers, body: "{}" },
});
const countOf = (service: string) => operations(clouds).filter((each) => each.startsWith(service)).length;

for (const code of [404, 410, 429, 500, 503]) {
  test(`the metadata service responds with ${code} once: retried`, async () => {
    await clouds.faults.add({ service: "azure.imds", times: 1, fault: status(code) });
    await answered(acr, clouds, { args: [MANAGED] });
    assert.equal(countOf("azure.imds"), 2);
  });
}

test("the metadata service remains busy: four attempts, then the reason", async () => {
  await clouds.faults.add({ service: "azure.imds", fault: status(429) });
  assert.match(
    await failure(clouds, { args: [MANAGED] }),
    /this machine's managed identity: status 429 .*; the metadata service is busy/,
  );
  assert.equal(countOf("azure.imds"), 4);
  assert.equal(countOf("azure.acr"), 0);
});

test("an identity that the machine does not have: not retried, and the advice names it", async () => {
  const id = "20000000-ffff-4fff-8fff-000000000009";
  const message = await failure(clouds, {
    args: [await azure.azureJsonFile("managed-identity", { userAssignedIdentityID: id })],
  });
  assert.match(
    message,
    new RegExp(
      `token of managed identity ${id}: status 400 invalid_request, Identity not found; assign this identity`,
    ),
  );
  assert.equal(countOf("azure.imds"), 2, "as client id and as object id");
  const resourceId =
    "/subscriptions/x/resourceGroups/y/providers/Microsoft.ManagedIdentity/userAssignedIdentities/z";
  await clouds.reset();
  await failure(clouds, {
    args: [await azure.azureJsonFile("managed-identity", { userAssignedIdentityID: resourceId })],
  });
  assert.equal(countOf("azure.imds"), 1);
});

test("a machine without an identity, and one with several of which none is selected", async () => {
  const { identities } = azure.machine;
  try {
    azure.machine.identities = [];
    assert.match(
      await failure(clouds, { args: [MANAGED] }),
      /Identity not found; give the virtual machine \(scale set\) a managed identity/,
    );
    azure.machine.identities = identities.slice(1);
    assert.match(
      await failure(clouds, { args: [MANAGED] }),
      /Multiple user assigned identities exist, .*; set userAssignedIdentityID in .* to the id of one of them/,
    );
  } finally {
    azure.machine.identities = identities;
  }
});

test("several identities and no azure.json: the advice is AZURE_CLIENT_ID", async () => {
  const { identities } = azure.machine;
  azure.machine.identities = identities.slice(1);
  try {
    assert.match(
      await failure(clouds, {}),
      /Multiple user assigned identities exist, .*; set AZURE_CLIENT_ID to the id of one of them$/,
    );
  } finally {
    azure.machine.identities = identities;
  }
});

test("the advice depends on the metadata service's message, which is not cut within a word", async () => {
  const entra = "AADSTS500011: The resource principal named x was not found in the tenant.";
  for (const [code, body, message] of [
    [
      403,
      "Forbidden by the metadata restriction of this cluster, which protects the identities of the nodes it has",
      /restriction of this cluster, which protects the…"; something blocks the way/,
    ],
    [
      400,
      JSON.stringify({
        error: "bad_request_102",
        error_description: "Required metadata header not specified",
      }),
      /bad_request_102, Required metadata header not specified; something blocks the way/,
    ],
    [
      400,
      JSON.stringify({ error: "invalid_resource", error_description: entra }),
      /; this tenant or cloud does not know this audience for Azure Container Registry: .*--audience$/,
    ],
    [
      400,
      JSON.stringify({ error: "invalid_request", error_description: "AADSTS50001: no such resource" }),
      /does not know this audience/,
    ],
    [400, "{}", /; check the managed identities of the machine$/],
  ] as const) {
    await clouds.faults.add({
      service: "azure.imds",
      fault: { kind: "answer", reply: { status: code, body } },
    });
    assert.match(await failure(clouds, { args: [MANAGED] }), message);
    await clouds.reset();
  }
});

test("Entra responds to a client secret with a page: our message, not the library's", async () => {
  for (const [code, body] of [
    [200, "<html>sign in</html>"],
    [200, "{}"],
    [502, "<html>bad gateway</html>"],
  ] as const) {
    await clouds.faults.add({
      service: "azure.entra",
      operation: "Token",
      fault: { kind: "answer", reply: { status: code, headers: { "content-type": "text/html" }, body } },
    });
    const message = await failure(clouds, { args: [SECRET] });
    assert.match(
      message,
      new RegExp(`with its secret: status ${code} with .*; check what responds as Microsoft Entra ID`),
    );
    assert.doesNotMatch(message, /headers|x-ms|content-type/i);
    await clouds.reset();
  }
});

test("no metadata service: a quick error, with advice for a machine outside Azure", async () => {
  const started = performance.now();
  // Nothing listens on this privileged port. The connection to the fakes' own port would already be open.
  const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:1" };
  const message = await failure(clouds, { args: [MANAGED], env });
  assert.match(message, /refused the connection; .*not an Azure virtual machine/);
  assert.ok(performance.now() - started < 2_500);
  await clouds.faults.add({ service: "azure.imds", fault: status(200) });
  assert.match(
    await failure(clouds, { args: [MANAGED] }),
    /status 200 "\{\}"; check what responds as the metadata service/,
  );
});

for (const [name, config, elsewhere, host] of [
  [
    "@azure/identity",
    SECRET,
    await azure.azureJsonFile("client-secret", {}, "china"),
    "login.chinacloudapi.cn",
  ],
  [
    "our own request",
    FEDERATED,
    await azure.azureJsonFile("federated-token-file", {}, "usgov"),
    "login.microsoftonline.us",
  ],
] as const) {
  test(`Entra through ${name}: a certificate that is rejected`, async () => {
    await clouds.faults.add({
      service: "azure.entra",
      fault: { kind: "certificate", problem: "unknown-issuer" },
    });
    const image = host.endsWith(".cn") ? "myreg.azurecr.cn/app" : "myreg.azurecr.us/app";
    const message = await failure(clouds, { args: [elsewhere], image });
    assert.ok(message.includes(`the TLS certificate of ${host} is refused`), message);
    assert.deepEqual(clouds.requests, []);
  });

  test(`Entra through ${name}: 429 with Retry-After and 503 are retried within the deadline`, async () => {
    await clouds.faults.add({
      service: "azure.entra",
      operation: "Token",
      times: 1,
      fault: status(429, { "retry-after": "0" }),
    });
    await clouds.faults.add({ service: "azure.entra", operation: "Token", times: 1, fault: status(503) });
    await answered(acr, clouds, { args: [config] });
    assert.equal(countOf("azure.entra"), 3);
  });

  test(`Entra through ${name}: a permanent 503, a redirect, an invalid response`, async () => {
    const message = async (fault: Fault) => {
      await clouds.reset();
      await clouds.faults.add({ service: "azure.entra", fault });
      return failure(clouds, { args: [config] });
    };
    assert.match(
      await message(status(503)),
      /asking Microsoft Entra ID .*: status 503 with neither a token nor an error/,
    );
    assert.equal(countOf("azure.entra"), 4);
    assert.match(
      await message({ kind: "redirect", location: "https://evil.example/" }),
      /status 307, a redirect to https:\/\/evil\.example, which is not followed/,
    );
    assert.equal(countOf("azure.entra"), 1);
    assert.match(
      await message({ kind: "answer", reply: { status: 200, body: "<html>" } }),
      /status 200 with "<html>"|Entra ID/,
    );
  });
}

test("Entra's refusals: code, message, trace id, and advice", async () => {
  const refused = async (extra: Record<string, unknown>) =>
    failure(clouds, { args: [await azure.azureJsonFile("client-secret", extra)] });
  const wrong = await refused({ aadClientSecret: "wrong-secret-wrong-secret" });
  assert.match(
    wrong,
    /status 401 invalid_client, AADSTS7000215: Invalid client secret provided\..* \(trace id [0-9a-f-]{36}\); renew the client secret/,
  );
  assert.doesNotMatch(wrong, /wrong-secret/);
  assert.match(
    await refused({ tenantId: "no-such-tenant" }),
    /AADSTS90002: Tenant 'no-such-tenant' not found.*; check the tenant id/,
  );
  const { tenant } = azure.population().node;
  const old = azure.directory.addApp({
    tenant,
    name: "old",
    secrets: [{ value: "old-secret-old-secret", endsAt: Date.now() - 1000 }],
  });
  assert.match(
    await refused({ aadClientId: old.clientId, aadClientSecret: "old-secret-old-secret" }),
    /AADSTS7000222.*; renew/,
  );
  const certificate = await failure(clouds, {
    args: [await azure.azureJsonFile("client-certificate", { aadClientId: old.clientId })],
  });
  assert.match(
    certificate,
    /with its certificate: status 401 invalid_client, AADSTS700027.*; register this certificate/,
  );
});

test("a federated token file that is missing or empty", async () => {
  const empty = await clouds.core.writeFile("empty-token", "\n");
  const withFile = (aadFederatedTokenFile: string) =>
    azure.azureJsonFile("federated-token-file", { aadFederatedTokenFile });
  assert.match(
    await failure(clouds, { args: [await withFile(empty)] }),
    /federated token file .*: it is empty/,
  );
  assert.match(
    await failure(clouds, { args: [await withFile("/nonexistent")] }, Error),
    /federated token file \/nonexistent: no such file/,
  );
  assert.deepEqual(clouds.requests, []);
});

test("the registry: 429 and 5xx are retried, four attempts in all; a refusal is not", async () => {
  await clouds.faults.add({ service: "azure.acr", operation: "Exchange", times: 2, fault: status(503) });
  await answered(acr, clouds, { args: [MANAGED] });
  assert.equal(countOf("azure.acr"), 3);
  await clouds.reset();
  await clouds.faults.add({ service: "azure.acr", operation: "Exchange", fault: status(429) });
  assert.match(await failure(clouds, { args: [MANAGED] }), /status 429 .*the registry is busy or failing/);
  assert.equal(countOf("azure.acr"), 4);
  for (const [code, message] of [
    [403, /status 403 with "\{\}"; check that myreg\.azurecr\.io leads to Azure Container Registry/],
    [404, /status 404 .*check that the registry myreg\.azurecr\.io exists/],
    [400, /status 400 .*leads to Azure Container Registry/],
  ] as const) {
    await clouds.reset();
    await clouds.faults.add({ service: "azure.acr", operation: "Exchange", fault: status(code) });
    assert.match(await failure(clouds, { args: [MANAGED] }), message);
    assert.equal(countOf("azure.acr"), 1);
  }
});

test("if the registry's preconnection fails, the exchange opens another", async () => {
  azure.addRegistry({ name: "resets", tenant: azure.population().node.tenant });
  await clouds.faults.add({ service: "azure.acr", times: 1, fault: { kind: "reset", when: "connect" } });
  await answered(acr, clouds, { args: [MANAGED], image: "resets.azurecr.io/app" });
  assert.equal(clouds.connections.filter(({ serverName }) => serverName === "resets.azurecr.io").length, 2);
});
