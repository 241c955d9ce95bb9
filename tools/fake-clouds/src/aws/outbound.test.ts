import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetWebIdentityTokenCommand,
  type GetWebIdentityTokenCommandInput,
  STSClient,
  type STSClientConfig,
} from "@aws-sdk/client-sts";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { startClouds } from "../clouds.ts";
import { claimsOf } from "../core/jwt.ts";
import { agentFor, call } from "../testing/client.ts";
import type { AccessKey } from "./iam.ts";

const ACCOUNT = "123456789012";
const AUDIENCE = "api://AzureADTokenExchange";
const clouds = await startClouds({
  aws: {
    roles: [
      {
        arn: `arn:aws:iam::${ACCOUNT}:role/limited`,
        permissions: {
          Version: "2012-10-17",
          Statement: {
            Effect: "Allow",
            Action: "sts:GetWebIdentityToken",
            Resource: "*",
            Condition: {
              "ForAllValues:StringEquals": { "sts:IdentityTokenAudience": AUDIENCE },
              NumericLessThanEquals: { "sts:DurationSeconds": "300" },
              StringEquals: { "sts:SigningAlgorithm": "RS256" },
            },
          },
        },
      },
      { arn: "arn:aws:iam::999999999999:role/no-issuer" },
      {
        arn: `arn:aws:iam::${ACCOUNT}:role/tagged`,
        trustPolicy: {
          Version: "2012-10-17",
          Statement: {
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
            Action: ["sts:AssumeRole", "sts:TagSession"],
            Condition: {
              StringEquals: { "aws:RequestTag/team": "platform" },
              StringLike: { "sts:RoleSessionName": "node-*" },
            },
          },
        },
      },
    ],
  },
});
after(() => clouds.close());
const { aws, federation } = clouds;

function client(key?: AccessKey, config: STSClientConfig = {}): STSClient {
  const requestHandler = new NodeHttpHandler({ httpsAgent: agentFor(clouds.core) });
  return new STSClient({
    region: "us-west-2",
    requestHandler,
    maxAttempts: 1,
    ...(key && { credentials: key }),
    ...config,
  });
}

function as(role: string): STSClient {
  return client(aws.iam.startSession(`arn:aws:iam::${role}`, "i-1", 900));
}

function tokenFor(from: STSClient, change: Partial<GetWebIdentityTokenCommandInput> = {}) {
  return from.send(
    new GetWebIdentityTokenCommand({ Audience: [AUDIENCE], SigningAlgorithm: "RS256", ...change }),
  );
}

async function published(issuer: string): Promise<JSONWebKeySet> {
  const agent = agentFor(clouds.core);
  const discovery = JSON.parse((await call(`${issuer}/.well-known/openid-configuration`, { agent })).body);
  assert.equal(discovery.issuer, issuer);
  return JSON.parse((await call(discovery.jwks_uri, { agent })).body);
}

describe("GetWebIdentityToken", () => {
  test("returns a token that the account issuer's published keys verify, with both algorithms", async () => {
    for (const algorithm of ["RS256", "ES384"]) {
      const answer = await tokenFor(as(`${ACCOUNT}:role/node`), { SigningAlgorithm: algorithm });
      const token = answer.WebIdentityToken ?? "";
      const keys = createLocalJWKSet(await published(federation.aws.issuer));
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer: federation.aws.issuer,
        audience: AUDIENCE,
      });
      assert.equal(protectedHeader.alg, algorithm);
      assert.equal(payload.sub, `arn:aws:iam::${ACCOUNT}:role/node`);
      assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 300);
      assert.equal(answer.Expiration?.getTime(), (payload.exp ?? 0) * 1000);
    }
    const several = await tokenFor(as(`${ACCOUNT}:role/node`), { Audience: ["a", "b"], DurationSeconds: 60 });
    assert.deepEqual(claimsOf(several.WebIdentityToken ?? "").aud, ["a", "b"]);
  });

  test("is rejected if the account has not enabled it, without the permission, and on the global endpoint", async () => {
    await assert.rejects(tokenFor(as("999999999999:role/no-issuer")), {
      name: "OutboundWebIdentityFederationDisabledException",
      message: /not enabled for this account/,
    });
    await assert.rejects(tokenFor(as(`${ACCOUNT}:role/denied`)), { name: "AccessDenied" });
    const global = client(aws.user(), { region: "us-east-1", endpoint: "https://sts.amazonaws.com" });
    await assert.rejects(tokenFor(global), /global endpoint/);
  });

  test("enforces the conditions of the permission: audience, duration, algorithm", async () => {
    const limited = as(`${ACCOUNT}:role/limited`);
    await tokenFor(limited);
    for (const change of [
      { Audience: ["sts.amazonaws.com"] },
      { Audience: [AUDIENCE, "another"] },
      { DurationSeconds: 600 },
      { SigningAlgorithm: "ES384" },
    ])
      await assert.rejects(tokenFor(limited, change), { name: "AccessDenied" }, JSON.stringify(change));
  });

  test("rejects values that the API does not define", async () => {
    for (const change of [
      { DurationSeconds: 59 },
      { DurationSeconds: 3601 },
      { SigningAlgorithm: "HS256" },
      { Audience: Array.from({ length: 11 }, String) },
    ])
      await assert.rejects(tokenFor(client(aws.user()), change), { name: "ValidationError" });
  });

  test("its token is not accepted by AWS itself", async () => {
    const { WebIdentityToken = "" } = await tokenFor(as(`${ACCOUNT}:role/node`), {
      Audience: ["sts.amazonaws.com"],
    });
    await assert.rejects(assume(WebIdentityToken, aws.roleArn("pod")), { name: /^InvalidIdentityToken/ });
  });
});

function assume(WebIdentityToken: string, RoleArn: string) {
  const command = { RoleArn, RoleSessionName: "node-1", WebIdentityToken };
  return client().send(new AssumeRoleWithWebIdentityCommand(command));
}

describe("AssumeRoleWithWebIdentity, with tokens from the other clouds", () => {
  const { google, azure } = clouds;
  const gce = (change: object = {}) =>
    google.identityTokens.issue(google.email("node"), {
      audience: federation.aws.audience,
      full: true,
      instance: google.instance,
      ...change,
    });
  const managed = (resource: string, index: 0 | 1 | 2 = 1) =>
    azure.directory.issueAccessToken({ app: azure.population("public").machine[index].app, resource });

  test("accounts.google.com needs no provider; the role checks aud, oaud and sub", async () => {
    const answer = await assume(await gce(), federation.aws.gceRole);
    assert.equal(answer.Provider, "accounts.google.com");
    assert.equal(answer.Audience, google.uniqueId("node"));
    assert.equal(answer.SubjectFromWebIdentityToken, google.uniqueId("node"));
    const builder = google.identityTokens.issue(google.email("builder"), {
      audience: federation.aws.audience,
      full: false,
      instance: google.instance,
    });
    for (const token of [await gce({ audience: "sts.amazonaws.com" }), await builder])
      await assert.rejects(assume(token, federation.aws.gceRole), { name: "AccessDenied" });
    await assert.rejects(assume(await gce({ expiresIn: -60 }), federation.aws.gceRole), {
      name: /^ExpiredToken/,
    });
  });

  test("a managed identity's token requires the tenant's provider, its audience and the role's subject", async () => {
    const { managedIdentityAudience, azureRole } = federation.aws;
    await assume(await managed(managedIdentityAudience), azureRole);
    await assert.rejects(assume(await managed("https://management.azure.com"), azureRole), {
      message: "Incorrect token audience",
    });
    await assert.rejects(assume(await managed(managedIdentityAudience, 0), azureRole), {
      name: "AccessDenied",
    });
    const partner = azure.population("partner").machine[1].app;
    const foreign = await azure.directory.issueAccessToken({
      app: partner,
      resource: managedIdentityAudience,
    });
    await assert.rejects(assume(foreign, azureRole), { message: /^No OpenIDConnect provider found/ });
  });
});

test("AssumeRole passes session tags to the trust policy and the next role", async () => {
  const command = (change: object) =>
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/tagged`,
      RoleSessionName: "node-1",
      Tags: [{ Key: "team", Value: "platform" }],
      ...change,
    });
  const node = as(`${ACCOUNT}:role/node`);
  const answer = await node.send(command({}));
  assert.deepEqual(aws.iam.key(answer.Credentials?.AccessKeyId ?? "")?.principal.tags, { team: "platform" });
  await assert.rejects(node.send(command({ Tags: [{ Key: "team", Value: "x" }] })), { name: "AccessDenied" });
  await assert.rejects(node.send(command({ Tags: [] })), { name: "AccessDenied" });
  await assert.rejects(node.send(command({ RoleSessionName: "pod-1" })), { name: "AccessDenied" });
});
