import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { answered } from "@imagecred/e2e";
import { type AzureIdentity, startClouds } from "@imagecred/fake-clouds";
import { OptionsError } from "@imagecred/protocol";
import { acr } from "../provider.ts";
import { failure, formSent, operations, pull } from "../testing/requests.ts";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { azure } = clouds;

const IMDS = ["azure.imds Token", "azure.acr Exchange"];
const ENTRA = ["azure.entra Token", "azure.acr Exchange"];
const WITH_FILE: Readonly<Record<Exclude<AzureIdentity, "none" | "arc">, readonly string[]>> = {
  "managed-identity": IMDS,
  "user-assigned-client-id": IMDS,
  // Only the metadata service's response distinguishes an object id from a client id.
  "user-assigned-object-id": ["azure.imds Token", ...IMDS],
  "user-assigned-resource-id": IMDS,
  "client-secret": ENTRA,
  "client-certificate": ENTRA,
  "federated-token-file": ENTRA,
};

for (const [identity, calls] of Object.entries(WITH_FILE)) {
  test(`azure.json with ${identity}: ${calls.join(", ")}, and the registry accepts the credential`, async () => {
    const { answer } = await answered(acr, clouds, {
      args: [await azure.azureJsonFile(identity as AzureIdentity)],
    });
    assert.deepEqual(operations(clouds), calls);
    assert.deepEqual(Object.keys(answer.auth), ["myreg.azurecr.io"]);
    assert.equal(answer.cacheKeyType, "Registry");
    const { username, password } = answer.auth["myreg.azurecr.io"] ?? assert.fail();
    assert.equal(username, "00000000-0000-0000-0000-000000000000");
    const { exp } = JSON.parse(Buffer.from(password.reveal().split(".")[1] ?? "", "base64url").toString());
    assert.equal(answer.expiresAt, exp * 1000);
    assert.equal(await pull(clouds, "myreg.azurecr.io", password.reveal()), 200);
  });
}

const FROM_ENVIRONMENT: readonly AzureIdentity[] = [
  "managed-identity",
  "user-assigned-client-id",
  "client-secret",
  "client-certificate",
  "federated-token-file",
];

for (const identity of FROM_ENVIRONMENT) {
  test(`the environment with ${identity}, without a configuration file`, async () => {
    const { answer } = await answered(acr, clouds, { env: await azure.env(identity) });
    assert.deepEqual(operations(clouds), WITH_FILE[identity as keyof typeof WITH_FILE]);
    assert.equal(
      await pull(clouds, "myreg.azurecr.io", answer.auth["myreg.azurecr.io"]?.password.reveal()),
      200,
    );
  });
}

test("the identity is requested from the metadata service with the right parameter", async () => {
  const { machine } = azure.population();
  const [, { app, resourceId }] = machine;
  const queryFor = async (identity: AzureIdentity) => {
    await clouds.reset();
    await answered(acr, clouds, { args: [await azure.azureJsonFile(identity)] });
    const last = clouds.requests.findLast(({ service }) => service === "azure.imds");
    const {
      resource,
      "api-version": version,
      ...rest
    } = Object.fromEntries(new URLSearchParams(last?.query));
    assert.equal(resource, "https://containerregistry.azure.net");
    assert.equal(version, "2018-02-01");
    return rest;
  };
  assert.deepEqual(await queryFor("managed-identity"), {});
  assert.deepEqual(await queryFor("user-assigned-client-id"), { client_id: app.clientId });
  assert.deepEqual(await queryFor("user-assigned-object-id"), { object_id: app.objectId });
  assert.deepEqual(await queryFor("user-assigned-resource-id"), { msi_res_id: resourceId });
});

/** A registry that no other test uses: connections stay open between the tests of a process. */
function freshRegistry(name: string): string {
  azure.addRegistry({ name, tenant: azure.population().node.tenant });
  return `${name}.azurecr.io`;
}

test("the exchange: one form, to the registry itself, with the token's tenant", async () => {
  const host = freshRegistry("oneform");
  const args = [await azure.azureJsonFile("managed-identity", { tenantId: undefined })];
  await answered(acr, clouds, { image: `${host}/app`, args });
  const { access_token, ...form } = formSent(clouds, "azure.acr");
  assert.deepEqual(form, {
    grant_type: "access_token",
    service: host,
    tenant: azure.population().node.tenant,
  });
  assert.match(access_token ?? "", /^ey/);
  assert.deepEqual(
    clouds.proxied.map(({ target }) => target),
    [`${host}:443`],
  );
});

for (const [identity, slow] of [
  ["managed-identity", "azure.imds"],
  ["client-secret", "azure.entra"],
] as const) {
  test(`the registry's TLS connection is open before ${slow} responds`, async () => {
    clouds.latency.set(400, slow);
    const host = freshRegistry(slow.replace(".", ""));
    await answered(acr, clouds, { image: `${host}/app`, args: [await azure.azureJsonFile(identity)] });
    const answeredAt = clouds.requests.find(({ service }) => service === slow)?.finishedAt ?? assert.fail();
    const registry = clouds.connections.filter(({ service }) => service === "azure.acr");
    assert.equal(registry.length, 1, "one connection, opened ahead and used");
    assert.ok((registry[0]?.tlsFinishedAt ?? Infinity) < answeredAt);
  });
}

test("a service principal's secret goes to Entra only, and is not in the response", async () => {
  const { answer } = await answered(acr, clouds, { args: [await azure.azureJsonFile("client-secret")] });
  const secret = azure.population().nodeSecret;
  for (const { password } of Object.values(answer.auth)) assert.ok(!password.reveal().includes(secret));
  for (const { service, body, headers, query } of clouds.requests) {
    const sent = `${body.toString("latin1")} ${JSON.stringify(headers)} ${query}`;
    assert.equal(sent.includes(secret), service === "azure.entra", service);
  }
});

test("a certificate's assertion: RS256, x5t#S256, for the token endpoint, with the chain if azure.json requires it", async () => {
  const part = (index: number) => {
    const assertion = formSent(clouds, "azure.entra")["client_assertion"] ?? "";
    return JSON.parse(Buffer.from(assertion.split(".")[index] ?? "", "base64url").toString());
  };
  await answered(acr, clouds, { args: [await azure.azureJsonFile("client-certificate")] });
  const { clientId, tenant } = azure.population().node;
  assert.equal(part(0).alg, "RS256");
  assert.match(part(0)["x5t#S256"], /^[\w-]{43}$/);
  assert.equal(part(0).x5c.length, 1);
  assert.equal(part(0).x5t, undefined);
  const { aud, iss, sub, exp, iat, jti } = part(1);
  assert.equal(aud, `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`);
  assert.deepEqual([iss, sub], [clientId, clientId]);
  assert.equal(exp - iat, 600);
  assert.match(jti, /^[0-9a-f-]{36}$/);
  await clouds.reset();
  const env = await azure.env("client-certificate");
  await answered(acr, clouds, { env });
  assert.equal(part(0).x5c, undefined);
  await clouds.reset();
  await answered(acr, clouds, { env: { ...env, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: "true" } });
  assert.equal(part(0).x5c.length, 1);
});

const DATA = join(import.meta.dirname, "testdata");
for (const file of ["chain.pem", "encrypted-pkcs8.pem", "aes256.p12", "rc2.p12", "3des.p12"]) {
  test(`Entra accepts an assertion signed with ${file}`, async () => {
    const certificate = await readFile(join(DATA, "plain.pem"), "utf8");
    const { tenant } = azure.population().node;
    const app = azure.directory.addApp({ tenant, name: file, certificates: [certificate] });
    const args = [
      await azure.azureJsonFile("client-certificate", {
        aadClientId: app.clientId,
        aadClientCertPath: join(DATA, file),
        aadClientCertPassword: "p@ss wörd",
      }),
    ];
    await answered(acr, clouds, { args });
    assert.deepEqual(operations(clouds), ENTRA);
  });
}

test("the order of identities in azure.json: token file, managed identity if enabled, certificate, secret", async () => {
  const secret = azure.population().nodeSecret;
  const federated = await azure.azureJson("federated-token-file");
  const certificate = await azure.azureJson("client-certificate");
  const sourceOf = async (extra: Record<string, unknown>) => {
    await clouds.reset();
    const { lines } = await answered(acr, clouds, { args: [await azure.azureJsonFile("none", extra)] });
    return /identity source=(.*) principal=/.exec(lines.join("\n"))?.[1];
  };
  const all = { ...certificate, ...federated, aadClientSecret: secret };
  assert.equal(await sourceOf({ ...all, useManagedIdentityExtension: true }), "federated token file");
  const useFederatedWorkloadIdentityExtension = false;
  const rest = { ...all, useFederatedWorkloadIdentityExtension };
  assert.equal(await sourceOf({ ...rest, useManagedIdentityExtension: true }), "managed identity");
  assert.equal(await sourceOf({ ...rest, useManagedIdentityExtension: false }), "client certificate");
  assert.equal(await sourceOf({ ...rest, aadClientCertPath: "" }), "client secret");
  const none = {
    ...rest,
    aadClientCertPath: "",
    aadClientSecret: "",
    useManagedIdentityExtension: undefined,
  };
  assert.equal(await sourceOf({ ...none, aadClientId: "" }), "managed identity");
  await assert.rejects(sourceOf(none), /has aadClientId, but no credential for it/);
});

test("no identity: the error lists each with the reason", async () => {
  const message = await failure(clouds, { args: [await azure.azureJsonFile("none")] });
  assert.match(
    message,
    /no(ne)? found; tried federated token file \(.*\), client certificate \(no aadClientCertPath\), client secret \(no aadClientSecret\), managed identity \(useManagedIdentityExtension is false\)/,
  );
  assert.deepEqual(clouds.requests, []);
});

test("an incomplete identity is a configuration error", async () => {
  const message = async (extra: Record<string, unknown>) =>
    failure(clouds, { args: [await azure.azureJsonFile("client-secret", extra)] }, OptionsError);
  assert.match(await message({ tenantId: "" }), /has aadClientSecret, but no tenantId, which it needs/);
  assert.match(await message({ aadClientId: null }), /has aadClientSecret, but no aadClientId/);
  assert.match(
    await message({ useFederatedWorkloadIdentityExtension: true }),
    /has useFederatedWorkloadIdentityExtension, but no aadFederatedTokenFile/,
  );
});

test("userAgent of azure.json is sent to Entra and to the registry", async () => {
  for (const identity of ["client-secret", "federated-token-file"] as const) {
    await clouds.reset();
    await answered(acr, clouds, { args: [await azure.azureJsonFile(identity, { userAgent: "aks/1" })] });
    assert.deepEqual(
      clouds.requests.map(({ headers }) => headers["user-agent"]),
      ["aks/1", "aks/1"],
    );
  }
});
