import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionsError } from "@imagecred/protocol";
import fc from "fast-check";
import { parseAzureConfig } from "./azure-json.ts";

const parse = (text: string) => parseAzureConfig(text, "azure.json");

/** An azure.json of AKS, shortened to one field of each kind. */
const AKS = `{
  "cloud": "AzurePublicCloud",
  "tenantId": "72f988bf-0000-0000-0000-000000000000",
  "subscriptionId": "8ecadfc9-0000-0000-0000-000000000000",
  "aadClientId": "msi",
  "aadClientSecret": "msi",
  "resourceGroup": "MC_rg_cluster_eastus",
  "location": "eastus",
  "vmType": "vmss",
  "cloudProviderBackoff": true,
  "cloudProviderBackoffRetries": 6,
  "cloudProviderBackoffExponent": 1.5,
  "cloudProviderRateLimitQPS": 10,
  "useManagedIdentityExtension": true,
  "userAssignedIdentityID": "f0a9c2a2-0000-0000-0000-000000000000",
  "useInstanceMetadata": true,
  "tagsMap": {"a": "b"}
}`;

test("azure.json of an AKS node: a managed identity and no service principal", async () => {
  const config = await parse(AKS);
  assert.equal(config.cloud, "AzurePublicCloud");
  assert.equal(config.tenantId, "72f988bf-0000-0000-0000-000000000000");
  assert.equal(config.aadClientId, undefined);
  assert.equal(config.aadClientSecret, undefined);
  assert.equal(config.useManagedIdentityExtension, true);
  assert.equal(config.userAssignedIdentityID, "f0a9c2a2-0000-0000-0000-000000000000");
});

test("keys in any case", async () => {
  const config = await parse(
    `{"CLOUD":"c","tenantid":"t","AadClientID":"i","aadclientsecret":"s","UseManagedIdentityExtension":false,"userassignedidentityid":"u"}`,
  );
  assert.deepEqual(
    [
      config.cloud,
      config.tenantId,
      config.aadClientId,
      config.aadClientSecret?.reveal(),
      config.useManagedIdentityExtension,
      config.userAssignedIdentityID,
    ],
    ["c", "t", "i", "s", false, "u"],
  );
});

test("the same in YAML, in the forms that a YAML 1.1 parser accepts", async () => {
  const config = await parse(`# a comment
cloud: AzureChinaCloud
tenantId: 'abc'
aadClientId: 12345678
aadClientSecret: 0123e4
useManagedIdentityExtension: yes
useFederatedWorkloadIdentityExtension: "false"
aadClientCertPassword: ~
tagsMap:
  a: b
list: [1, 2]
`);
  assert.equal(config.cloud, "AzureChinaCloud");
  assert.equal(config.aadClientId, "12345678");
  assert.equal(config.aadClientSecret?.reveal(), "0123e4");
  assert.equal(config.useManagedIdentityExtension, true);
  assert.equal(config.useFederatedWorkloadIdentityExtension, false);
  assert.equal(config.aadClientCertPassword, undefined);
});

test("JSON that only a YAML parser accepts: comments, a trailing comma", async () => {
  assert.equal((await parse(`{"cloud": "AzureCloud", "tenantId": "t",}`)).tenantId, "t");
  assert.equal((await parse(`# note\n{"tenantId": "t"}`)).tenantId, "t");
});

test("a byte order mark, as Windows editors write, is ignored", async () => {
  assert.equal((await parse(`\ufeff{"tenantId": "t"}`)).tenantId, "t");
});

test("switches as booleans or as text; empty and null are absent", async () => {
  const managed = async (value: string) =>
    (await parse(`{"useManagedIdentityExtension": ${value}}`)).useManagedIdentityExtension;
  assert.equal(await managed("true"), true);
  assert.equal(await managed('"true"'), true);
  assert.equal(await managed('"True"'), true);
  assert.equal(await managed('"false"'), false);
  assert.equal(await managed("null"), undefined);
  assert.equal(await managed('""'), undefined);
  await assert.rejects(
    managed('"perhaps"'),
    /azure\.json: useManagedIdentityExtension is .*, expected true or false/,
  );
  await assert.rejects(managed("1"), OptionsError);
});

test("a secret is never trimmed, an id always", async () => {
  const config = await parse(`{"aadClientId": " id ", "aadClientSecret": " s3cr3t "}`);
  assert.equal(config.aadClientId, "id");
  assert.equal(config.aadClientSecret?.reveal(), " s3cr3t ");
});

test("a file that cannot be parsed is an error without any of its content", async () => {
  for (const text of [
    `{"aadClientSecret": "hunter2hunter2`,
    `aadClientSecret: [hunter2hunter2`,
    `"hunter2hunter2"`,
    `["hunter2hunter2"]`,
    "",
    "\u0000hunter2hunter2",
    `{"aadClientSecret": {"hunter2hunter2": 1}}`,
    `{"aadClientSecret": 20202020202}`,
    `a: &x hunter2hunter2\na: *y`,
  ]) {
    await assert.rejects(parse(text), (error: unknown) => {
      assert.ok(error instanceof OptionsError, `${JSON.stringify(text)}: ${String(error)}`);
      assert.match(error.message, /azure\.json/);
      assert.doesNotMatch(error.message, /hunter2|20202020202/);
      return true;
    });
  }
});

test("any text results in a configuration or an OptionsError", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.string({ unit: "binary" })), async (text) => {
      try {
        await parse(text);
      } catch (error) {
        assert.ok(error instanceof OptionsError, `${JSON.stringify(text)}: ${String(error)}`);
      }
    }),
    { numRuns: 300 },
  );
});
