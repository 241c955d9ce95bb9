import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { ClientAssertionCredential } from "@azure/identity";
import { createLocalJWKSet, jwtVerify } from "jose";
import { startClouds } from "../clouds.ts";
import { claimsOf } from "../core/jwt.ts";
import { agentFor, call } from "../testing/client.ts";
import { REGISTRY_RESOURCE } from "./clouds.ts";
import { TENANTS } from "./default-tenants.ts";

const clouds = await startClouds();
after(() => clouds.close());
const { aws, azure, google, federation } = clouds;
const { application, multitenant } = federation.azure;
const AUDIENCE = "api://AzureADTokenExchange";

/** Sends the requests of Microsoft's library to the fakes. */
const httpClient: HttpClient = {
  async sendRequest(request) {
    const { status, headers, body } = await call(request.url, {
      method: request.method,
      headers: request.headers.toJSON(),
      agent: agentFor(clouds.core),
      ...(typeof request.body === "string" ? { body: request.body } : {}),
    });
    const received = createHttpHeaders();
    for (const [name, value] of Object.entries(headers)) received.set(name, String(value));
    return { request, status, headers: received, bodyAsText: body };
  },
};

/** The claims of the token that an application gets for an assertion, by @azure/identity. @throws with Entra's message */
async function exchange(assertion: string, app = application, tenant = app.tenant) {
  const options = { httpClient, retryOptions: { maxRetries: 0 } };
  const credential = new ClientAssertionCredential(tenant, app.clientId, async () => assertion, options);
  return claimsOf((await credential.getToken(`${REGISTRY_RESOURCE}/.default`)).token);
}

async function fromAws(change: { audience?: string; role?: string; algorithm?: "RS256" | "ES384" } = {}) {
  const { audience = AUDIENCE, role = aws.roleArn("node"), algorithm = "RS256" } = change;
  const { principal } = aws.iam.startSession(role, "i-1", 900);
  const request = {
    principal,
    audiences: [audience],
    algorithm,
    seconds: 300,
    tags: {},
    region: "us-west-2",
  };
  return (await aws.outbound.issue(request)).token;
}

function fromGoogle(audience = AUDIENCE, account: "node" | "builder" = "node") {
  const options = { audience, full: true, instance: google.instance };
  return google.identityTokens.issue(google.email(account), options);
}

function managedIdentity(
  change: { resource?: string; index?: 0 | 1 | 2; tenant?: "public" | "partner" } = {},
) {
  const { resource = AUDIENCE, index = 1, tenant = "public" } = change;
  return azure.directory.issueAccessToken({ app: azure.population(tenant).machine[index].app, resource });
}

describe("federated credentials, with tokens from the other clouds", () => {
  test("an EC2 role's token of the account's issuer, a service account's of accounts.google.com", async () => {
    assert.equal((await exchange(await fromAws()))["appid"], application.clientId);
    assert.equal((await exchange(await fromGoogle()))["appid"], application.clientId);
  });

  for (const [what, token, code] of [
    ["another role", () => fromAws({ role: aws.roleArn("pod") }), 700213],
    ["another audience", () => fromAws({ audience: "api://azureadtokenexchange" }), 700212],
    ["another algorithm than RS256", () => fromAws({ algorithm: "ES384" }), 5002730],
    ["another service account", () => fromGoogle(AUDIENCE, "builder"), 700213],
    ["Google's default audience", () => fromGoogle("https://aws.example.com"), 700212],
    ["a managed identity that it does not trust", () => managedIdentity(), 700211],
  ] as const) {
    test(`rejects a token of ${what}`, async () => {
      await assert.rejects(exchange(await token()), new RegExp(`AADSTS${code}\\b`));
    });
  }

  test("a pod's token, only of clusters with a public issuer", async () => {
    const { pod } = azure.population("public");
    for (const [name, cluster] of Object.entries(clouds.clusters)) {
      const token = await cluster.issueServiceAccountToken({ audience: AUDIENCE, serviceAccount: "app" });
      if (name === "private") await assert.rejects(exchange(token, pod), /AADSTS50166/);
      else assert.equal((await exchange(token, pod))["appid"], pod.clientId, name);
    }
  });

  test("sovereign clouds have their own audiences", async () => {
    for (const [tenant, audience] of [
      ["china", "api://AzureADTokenExchangeChina"],
      ["usgov", "api://AzureADTokenExchangeUSGov"],
    ] as const) {
      const [first] = azure.population(tenant).pod.federated.filter((each) => each.audience === audience);
      assert.ok(first !== undefined, tenant);
    }
    const wrong = await azure.podToken({ audience: "api://AzureADTokenExchangeChina" });
    await assert.rejects(exchange(wrong, azure.population("public").pod), /AADSTS700212/);
  });
});

describe("a managed identity as the credential of a multitenant application", () => {
  test("returns a token of each tenant in which the application is installed", async () => {
    for (const tenant of [TENANTS.public, TENANTS.partner]) {
      const claims = await exchange(await managedIdentity(), multitenant, tenant);
      assert.deepEqual([claims["tid"], claims["appid"]], [tenant, multitenant.clientId]);
      assert.equal(claims.iss, azure.directory.issuer(tenant, 1));
    }
  });

  test("fails in a tenant without its service principal, and for a single-tenant application", async () => {
    await assert.rejects(exchange(await managedIdentity(), multitenant, TENANTS.china), /AADSTS/);
    const other = azure.directory.addTenant("10000000-aaaa-4aaa-8aaa-0000000000aa", "public");
    await assert.rejects(exchange(await managedIdentity(), multitenant, other), /AADSTS7000229/);
    await assert.rejects(exchange(await managedIdentity(), application, other), /AADSTS700016/);
  });

  test("other Entra tokens are rejected: of another tenant, audience, version or kind", async () => {
    const { directory } = azure;
    const foreign = azure.population("partner").machine[1].app;
    const issuer = directory.issuer(TENANTS.partner, 2);
    multitenant.federated.push({ issuer, subject: foreign.objectId, audience: AUDIENCE });
    await assert.rejects(exchange(await managedIdentity({ tenant: "partner" }), multitenant), /AADSTS700236/);
    await assert.rejects(exchange(await managedIdentity({ index: 2 }), multitenant), /AADSTS700213/);
    const arm = await managedIdentity({ resource: REGISTRY_RESOURCE });
    await assert.rejects(exchange(arm, multitenant), /AADSTS700211/);
    const v1 = directory.issuer(TENANTS.public, 1);
    const { objectId } = azure.population("public").machine[1].app;
    multitenant.federated.push({ issuer: v1, subject: objectId, audience: REGISTRY_RESOURCE });
    await assert.rejects(exchange(arm, multitenant), /AADSTS700227/);
    const { node } = azure.population("public");
    multitenant.federated.push({
      issuer: directory.issuer(TENANTS.public, 2),
      subject: node.objectId,
      audience: AUDIENCE,
    });
    const ofApplication = await directory.issueAccessToken({ app: node, resource: AUDIENCE });
    await assert.rejects(exchange(ofApplication, multitenant), /AADSTS700226/);
  });
});

test("both issuers of a tenant publish the keys that verify its tokens", async () => {
  for (const [resource, version, audience] of [
    [REGISTRY_RESOURCE, 1, REGISTRY_RESOURCE],
    [AUDIENCE, 2, "fb60f99c-7a34-4190-8149-302f77469936"],
  ] as const) {
    const issuer = azure.directory.issuer(TENANTS.public, version);
    const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
    const agent = agentFor(clouds.core);
    const discovery = JSON.parse((await call(url, { agent })).body);
    assert.equal(discovery.issuer, issuer);
    const keys = createLocalJWKSet(JSON.parse((await call(discovery.jwks_uri, { agent })).body));
    await jwtVerify(await managedIdentity({ resource }), keys, { issuer, audience });
  }
});

describe("the Azure Arc agent", () => {
  const url = `${azure.arcOrigin}/metadata/identity/oauth2/token?api-version=2019-11-01&resource=${REGISTRY_RESOURCE}`;

  test("sends a one-time challenge that requires reading its file", async () => {
    const first = await call(url, { headers: { metadata: "true" } });
    assert.equal(first.status, 401);
    const [, name = ""] =
      /^Basic realm=\/var\/opt\/azcmagent\/tokens\/([0-9a-f-]+\.key)$/.exec(
        String(first.headers["www-authenticate"]),
      ) ?? [];
    const file = join(azure.arc.tokenDirectory, name);
    assert.equal((await stat(file)).mode & 0o777, 0o640);
    const headers = { metadata: "true", authorization: `Basic ${await readFile(file, "utf8")}` };
    const second = await call(url, { headers });
    assert.equal(second.status, 200);
    const { oid } = claimsOf(JSON.parse(second.body).access_token);
    assert.equal(oid, azure.population().machine[0].app.objectId);
    assert.equal((await call(url, { headers })).status, 401, "again");
  });

  test("rejects requests that break its rules", async () => {
    assert.equal((await call(url)).status, 400);
    assert.equal(
      (await call(url.replace("api-version=2019-11-01&", ""), { headers: { metadata: "true" } })).status,
      400,
    );
    const guessed = { metadata: "true", authorization: "Basic guess" };
    assert.equal((await call(url, { headers: guessed })).status, 401);
  });
});
