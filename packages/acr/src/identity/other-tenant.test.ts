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
const partner = azure.population("partner").node;

test("a multitenant application: the token comes from the registry's tenant, without changes to azure.json", async () => {
  const config = await azure.azureJsonFile("client-secret", {
    aadClientId: partner.clientId,
    aadClientSecret: azure.population("partner").nodeSecret,
  });
  const image = "partnerreg.azurecr.io/app";
  await failure(clouds, { args: [config], image });
  await answered(acr, clouds, { args: [`--tenant-id=${partner.tenant}`, config], image });
  assert.deepEqual(operations(clouds), ["azure.entra Token", "azure.acr Exchange"]);
  assert.ok(clouds.requests[0]?.path.startsWith(`/${partner.tenant}/`));
  assert.equal(formSent(clouds, "azure.acr")["tenant"], partner.tenant);
});

test("azure.json without tenantId: the flag sets the tenant; without the flag, the error names it", async () => {
  const config = await azure.azureJsonFile("client-secret", { tenantId: "" });
  assert.match(await failure(clouds, { args: [config] }, OptionsError), /no tenantId.*--tenant-id/);
  await answered(acr, clouds, { args: ["--tenant-id", azure.population().node.tenant, config] });
});

test("without azure.json the flag replaces AZURE_TENANT_ID", async () => {
  const { clientId, tenant } = azure.population().node;
  await answered(acr, clouds, {
    args: ["--tenant-id", tenant],
    env: { AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: azure.population().nodeSecret },
  });
  assert.deepEqual(operations(clouds), ["azure.entra Token", "azure.acr Exchange"]);
});

test("another audience, for clouds without the default one: with every kind of identity", async () => {
  const audience = "https://management.stack.example/";
  for (const [identity, service, field, expected] of [
    ["managed-identity", "azure.imds", "resource", audience],
    ["client-secret", "azure.entra", "scope", `${audience}/.default`],
    ["federated-token-file", "azure.entra", "scope", `${audience}/.default`],
  ] as const) {
    await failure(clouds, { args: [`--audience=${audience}`, await azure.azureJsonFile(identity)] });
    const request = clouds.requests.find((each) => each.service === service);
    const sent = service === "azure.imds" ? request?.query : request?.body.toString();
    assert.equal(new URLSearchParams(sent).get(field)?.split(" ")[0], expected, identity);
    await clouds.reset();
  }
});

test("an invalid tenant or audience is rejected before any request", async () => {
  for (const [arg, message] of [
    ["--tenant-id=../common", /--tenant-id is "\.\.\/common", expected a tenant's GUID or domain/],
    ["--tenant-id=common", /--tenant-id is "common", expected a tenant's GUID or domain/],
    ["--audience=containerregistry", /--audience is "containerregistry", expected a URI/],
  ] as const) {
    assert.match(await failure(clouds, { args: [arg] }, OptionsError), message);
  }
  assert.deepEqual(clouds.requests, []);
});

test("an invalid tenant is a configuration error, and nothing is sent", async () => {
  for (const tenantId of ["a/b", "..", "common", "Organizations", "contoso.com/x", "a b"]) {
    for (const identity of ["client-secret", "federated-token-file", "client-certificate"] as const) {
      const args = [await azure.azureJsonFile(identity, { tenantId })];
      const message = await failure(clouds, { args });
      assert.match(
        message,
        /the configured tenant is ".*", expected a tenant's GUID or domain; correct tenantId/,
      );
    }
  }
  const env = { AZURE_TENANT_ID: "common", AZURE_CLIENT_ID: partner.clientId, AZURE_CLIENT_SECRET: "s3cr3t" };
  assert.match(await failure(clouds, { env }), /the configured tenant is "common"/);
  assert.deepEqual(clouds.requests, []);
});

test("a managed identity needs no tenant, so an invalid one is ignored", async () => {
  await answered(acr, clouds, { args: [await azure.azureJsonFile("managed-identity", { tenantId: "a/b" })] });
});
