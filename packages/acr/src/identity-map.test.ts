import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin, identityMapFile, type Question } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { acr } from "./provider.ts";

const clouds = await startClouds();
after(() => clouds.close());
const { azure } = clouds;

/** The node's multitenant application, which is also in the tenants of these registries. */
const { clientId } = azure.population().node;
const secret = azure.population().nodeSecret;
const tenantOf = (registry: string) => `${registry}.onmicrosoft.com`;
for (const registry of ["contosoreg", "fabrikamreg"]) {
  const tenant = azure.directory.addTenant(tenantOf(registry), "public");
  azure.directory.addApp({ tenant, name: "node", clientId, secrets: [{ value: secret }] });
  azure.addRegistry({ name: registry, tenant, regions: ["westeurope"] });
}
const CONFIG = await azure.azureJsonFile("client-secret");

/** Runs the plugin. @returns the tenants in which tokens were requested */
async function ask(question: Question) {
  const outcome = await askPlugin(acr, clouds, question);
  const tenants = outcome.requests
    .filter(({ service }) => service === "azure.entra")
    .map(({ path }) => path.split("/")[1]);
  return { ...outcome, tenants, cacheKeyType: outcome.answer?.cacheKeyType };
}

describe("placeholders", () => {
  for (const [image, registry] of [
    ["contosoreg.azurecr.io/app", "contosoreg"],
    ["fabrikamreg.azurecr.io/app", "fabrikamreg"],
    ["fabrikamreg.westeurope.geo.azurecr.io/app", "fabrikamreg"],
  ] as const) {
    test(`{registry} is the image's registry: ${image}`, async () => {
      const args = ["--tenant-id={registry}.onmicrosoft.com", CONFIG];
      const { tenants, cacheKeyType, message } = await ask({ args, image });
      assert.equal(cacheKeyType, "Registry", message);
      assert.deepEqual(tenants, [tenantOf(registry)]);
    });
  }

  test("with a mirror, {registry} is the registry that gets the request", async () => {
    const args = [
      "--tenant-id={registry}.onmicrosoft.com",
      "--registry=mirror.test=contosoreg.azurecr.io",
      CONFIG,
    ];
    const { tenants, message } = await ask({ args, image: "mirror.test/app" });
    assert.deepEqual(tenants, [tenantOf("contosoreg")], message);
  });

  test("AZURE_TENANT_ID, if the environment is the configuration", async () => {
    const env = {
      AZURE_TENANT_ID: "{registry}.onmicrosoft.com",
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_SECRET: secret,
    };
    const { tenants, message } = await ask({ env, image: "fabrikamreg.azurecr.io/app" });
    assert.deepEqual(tenants, [tenantOf("fabrikamreg")], message);
  });

  for (const [tenant, message] of [
    ["{tenant}", /^--tenant-id has \{tenant\} at character 1, expected \{registry\}/],
    ["{registry", /^--tenant-id has \{ at character 1 without a \}/],
    ["../{registry}", /^--tenant-id is "\.\.\/\{registry\}", expected a tenant's GUID or domain/],
  ] as const) {
    test(`rejected: --tenant-id=${tenant}`, async () => {
      const { message: said, connections } = await ask({ args: [`--tenant-id=${tenant}`, CONFIG] });
      assert.match(said, message);
      assert.equal(connections.length, 0);
    });
  }
});

describe("the identity map", () => {
  test("the first matching entry sets the tenant; other registries keep azure.json's", async () => {
    const file = await identityMapFile(
      clouds,
      "registries: [partnerreg.azurecr.io]\nazure: {tenantId: 00000000-0000-4000-8000-000000000000}",
      `registries: [contosoreg.azurecr.io, fabrikamreg.azurecr.io]\nazure: {tenantId: "{registry}.onmicrosoft.com"}`,
    );
    const args = [`--identities=${file}`, CONFIG];
    const of = async (registry: string) => (await ask({ args, image: `${registry}.azurecr.io/app` })).tenants;
    assert.deepEqual(await of("contosoreg"), [tenantOf("contosoreg")]);
    assert.deepEqual(await of("fabrikamreg"), [tenantOf("fabrikamreg")]);
    assert.deepEqual(await of("myreg"), [azure.tenantId]);
    assert.deepEqual(await of("partnerreg"), ["00000000-0000-4000-8000-000000000000"]);
  });

  test("one of the machine's identities for one registry", async () => {
    const other = azure.population().machine[2].app.clientId;
    const file = await identityMapFile(clouds, `registries: [myreg.azurecr.io]\nazure: {clientId: ${other}}`);
    const args = [`--identities=${file}`, await azure.azureJsonFile("managed-identity")];
    const { requests, message } = await ask({ args });
    assert.equal(new URLSearchParams(requests[0]?.query).get("client_id"), other, message);
    const geo = await ask({ args, image: "myreg.eastus.geo.azurecr.io/app" });
    assert.equal(new URLSearchParams(geo.requests[0]?.query).get("client_id"), null, geo.message);
  });

  test("the entry's application is for pods without an annotation; a pod's own annotation overrides it", async () => {
    const { pod, node } = azure.population("partner");
    const file = await identityMapFile(
      clouds,
      `registries: [partnerreg.azurecr.io]\nazure: {clientId: ${pod.clientId}, tenantId: ${pod.tenant}}`,
    );
    const args = [`--identities=${file}`, CONFIG];
    const image = "partnerreg.azurecr.io/app";
    const token = await azure.podToken();
    const sent = (body: Buffer | undefined) => new URLSearchParams(body?.toString()).get("client_id");
    const unnamed = await ask({ args, image, serviceAccount: { token } });
    assert.deepEqual(
      [unnamed.tenants, sent(unnamed.requests[0]?.body)],
      [[pod.tenant], pod.clientId],
      unnamed.message,
    );
    assert.ok(unnamed.answer !== undefined, unnamed.message);
    const annotations = { "kubernetes.azure.com/acr-client-id": node.clientId };
    const named = await ask({ args, image, serviceAccount: { token, annotations } });
    assert.equal(sent(named.requests[0]?.body), node.clientId);
  });

  test("a registry of another cloud uses its own cloud's endpoints", async () => {
    const { node, nodeSecret } = azure.population("china");
    const config = await azure.azureJsonFile("client-secret", {
      aadClientId: node.clientId,
      aadClientSecret: nodeSecret,
    });
    const file = await identityMapFile(
      clouds,
      `registries: ["*.azurecr.cn"]\nazure: {cloud: AzureChinaCloud, tenantId: ${node.tenant}}`,
    );
    const image = "myreg.azurecr.cn/app";
    const without = await ask({ args: [config], image });
    assert.match(without.message, /belongs to AzureChinaCloud/);
    const { answer, requests, message } = await ask({ args: [`--identities=${file}`, config], image });
    assert.ok(answer !== undefined, message);
    assert.equal(requests[0]?.host, "login.chinacloudapi.cn");
  });

  test("the node's identity: of another cloud for one registry, the configuration's for the others", async () => {
    const { application } = clouds.federation.azure;
    const file = await identityMapFile(
      clouds,
      `registries: [myreg.azurecr.io]\nazure:\n  tenantId: ${application.tenant}\n  clientId: ${clientId}\n  node: {identity: google, clientId: ${application.clientId}}`,
      `registries: [contosoreg.azurecr.io]\nazure: {tenantId: ${tenantOf("contosoreg")}}`,
    );
    const args = [`--identities=${file}`, CONFIG];
    const env = { ...(await azure.env("none")), ...(await clouds.google.env("metadata")) };
    const { calls, requests, message } = await ask({ args, env });
    assert.deepEqual(
      calls,
      ["google.metadata identity 200", "azure.entra Token 200", "azure.acr Exchange 200"],
      message,
    );
    // The node's application is the one in node, not the one for pods.
    const form = new URLSearchParams(requests[1]?.body.toString());
    assert.equal(form.get("client_id"), application.clientId);
    const other = await ask({ args, env, image: "contosoreg.azurecr.io/app" });
    assert.deepEqual(other.tenants, [tenantOf("contosoreg")], other.message);
  });

  test("another audience", async () => {
    const file = await identityMapFile(
      clouds,
      "registries: [myreg.azurecr.io]\nazure: {audience: https://management.azure.com/}",
    );
    const { requests } = await ask({ args: [`--identities=${file}`, CONFIG] });
    const scope = new URLSearchParams(requests[0]?.body.toString()).get("scope");
    assert.equal(scope?.split(" ")[0], "https://management.azure.com//.default");
  });

  test("if an entry has a path, every image of its registry is cached separately", async () => {
    const file = await identityMapFile(
      clouds,
      "registries: [myreg.azurecr.io/public/]\nidentity: anonymous",
      "registries: [contosoreg.azurecr.io]\nazure: {tenantId: contosoreg.onmicrosoft.com}",
    );
    const args = [`--identities=${file}`, CONFIG];
    const open = await ask({ args, image: "myreg.azurecr.io/public/app" });
    assert.deepEqual(
      [open.cacheKeyType, open.answer?.expiresAt, open.connections.length],
      ["Image", "do-not-cache", 0],
    );
    assert.equal((await ask({ args, image: "myreg.azurecr.io/app" })).cacheKeyType, "Image");
    assert.equal((await ask({ args, image: "contosoreg.azurecr.io/app" })).cacheKeyType, "Registry");
  });

  for (const [what, azurePart, message] of [
    [
      "an invalid tenant",
      "{tenantId: ../common}",
      /azure\.tenantId is "\.\.\/common", expected a tenant's GUID or domain/,
    ],
    [
      "a placeholder of another cloud",
      '{tenantId: "{account}"}',
      /azure\.tenantId has \{account\} at character 1, expected \{registry\}/,
    ],
    [
      "an invalid application for the node",
      "{node: {identity: aws, clientId: me}}",
      /azure\.node\.clientId is "me", expected the GUID/,
    ],
    [
      "a node audience without effect",
      "{node: {identity: azure, audience: api://x}}",
      /azure\.node\.audience has no effect here/,
    ],
    ["an invalid client ID", "{clientId: me}", /azure\.clientId is "me", expected the GUID/],
    [
      "an unknown cloud",
      "{cloud: AzureStackCloud}",
      /azure\.cloud is "AzureStackCloud", expected AzurePublicCloud, AzureChinaCloud or AzureUSGovernmentCloud/,
    ],
    [
      "an audience that is not a URI",
      "{audience: registry}",
      /azure\.audience is "registry", expected a URI/,
    ],
    [
      "a number",
      "{tenantId: 123}",
      /identities\[0\]\.azure\.tenantId is a number, expected a text: write it in quotes/,
    ],
  ] as const) {
    test(`an invalid file fails every image: ${what}`, async () => {
      const file = await identityMapFile(clouds, `registries: [r.io]\nazure: ${azurePart}`);
      const { answer, message: said, connections } = await ask({ args: [`--identities=${file}`, CONFIG] });
      assert.equal(answer, undefined);
      assert.match(said, new RegExp(`^${file}:5:\\d+: `));
      assert.match(said, message);
      assert.equal(connections.length, 0);
    });
  }
});
