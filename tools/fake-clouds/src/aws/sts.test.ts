import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
  type STSClientConfig,
  STSServiceException,
} from "@aws-sdk/client-sts";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { type Clouds, startClouds } from "../clouds.ts";
import type { ServiceAccountTokenOptions } from "../core/cluster.ts";
import { agentFor, call } from "../testing/client.ts";
import type { AccessKey } from "./iam.ts";

let clouds: Clouds;
before(async () => {
  clouds = await startClouds({
    aws: {
      roles: [
        {
          arn: "arn:aws:iam::999999999999:role/vendor",
          trust: { principals: ["arn:aws:iam::123456789012:user/ci"], externalId: "contract-7" },
        },
      ],
    },
  });
});
after(() => clouds.close());

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

async function podToken(options: Partial<ServiceAccountTokenOptions> = {}): Promise<string> {
  return await clouds.cluster.issueServiceAccountToken({
    audience: "sts.amazonaws.com",
    serviceAccount: "app",
    ...options,
  });
}

function withToken(WebIdentityToken: string, role = clouds.aws.roleArn("pod")) {
  return client().send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: role,
      RoleSessionName: "ecr-credential-provider",
      WebIdentityToken,
    }),
  );
}

describe("AssumeRoleWithWebIdentity", () => {
  test("accepts a token of the cluster in an unsigned request, and its credentials work", async () => {
    const answer = await withToken(await podToken());
    assert.equal(answer.SubjectFromWebIdentityToken, "system:serviceaccount:default:app");
    assert.equal(
      answer.AssumedRoleUser?.Arn,
      "arn:aws:sts::123456789012:assumed-role/pod/ecr-credential-provider",
    );
    assert.equal(clouds.requests.at(-1)?.headers["authorization"], undefined);
    const key = clouds.aws.iam.key(answer.Credentials?.AccessKeyId ?? "");
    assert.ok(key !== undefined && key.sessionToken === answer.Credentials?.SessionToken);
    const identity = await client(key).send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, answer.AssumedRoleUser?.Arn);
  });

  for (const [what, options, name, message] of [
    ["signed by a stranger", { signedBy: "stranger" }, "InvalidIdentityToken", /signature/],
    ["for another audience", { audience: "api" }, "InvalidIdentityToken", /^Incorrect token audience$/],
    [
      "that is over",
      { expiresIn: -60 },
      "ExpiredTokenException",
      /^Token expired: current date\/time \d+ must be/,
    ],
    [
      "of another cluster",
      { issuer: "https://oidc.example.com/x" },
      "InvalidIdentityToken",
      /No OpenIDConnect provider/,
    ],
    ["that is not valid yet", { validFrom: 600 }, "InvalidIdentityToken", /not a valid JWT/],
    [
      "of a service account that the role does not trust",
      { namespace: "other" },
      "AccessDenied",
      /^Not authorized/,
    ],
  ] as const) {
    test(`rejects a token ${what}`, async () => {
      await assert.rejects(withToken(await podToken(options)), { name: new RegExp(`^${name}`), message });
    });
  }

  test("rejects malformed tokens, roles that trust no cluster, and unknown roles", async () => {
    await assert.rejects(withToken("not.a.token"), { name: /^InvalidIdentityToken/ });
    const missing = "arn:aws:iam::123456789012:role/missing";
    for (const role of [clouds.aws.roleArn("node"), missing]) {
      await assert.rejects(withToken(await podToken(), role), { name: "AccessDenied" });
    }
  });

  test("looks for the provider in the role's own account", async () => {
    const other = withToken(await podToken(), clouds.aws.roleArn("pull"));
    await assert.rejects(other, { name: /^InvalidIdentityToken/, message: /^No OpenIDConnect provider/ });
  });

  test("cannot read the keys of an API server on a private network", async () => {
    const token = await clouds.core.clusters.private.issueServiceAccountToken({
      audience: "sts.amazonaws.com",
      serviceAccount: "app",
    });
    await assert.rejects(withToken(token), { name: /^InvalidIdentityToken/, message: /verification key/ });
  });

  test("writes errors as STS does: XML, a request id in body and header", async () => {
    const body = new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
    }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const url = "https://sts-fips.us-east-2.api.aws/";
    const answer = await call(url, { method: "POST", headers, body, agent: agentFor(clouds.core) });
    assert.equal(answer.status, 400);
    assert.equal(answer.headers["content-type"], "text/xml");
    assert.match(answer.body, /<Error>\s*<Type>Sender<\/Type>\s*<Code>ValidationError<\/Code>/);
    const id = String(answer.headers["x-amzn-requestid"]);
    assert.ok(answer.body.includes(`<RequestId>${id}</RequestId>`));
  });
});

describe("AssumeRole", () => {
  const command = (RoleArn: string, more = {}) =>
    new AssumeRoleCommand({ RoleArn, RoleSessionName: "chain", ...more });

  test("chains from a role to another account's that trusts it", async () => {
    const node = clouds.aws.iam.startSession(clouds.aws.roleArn("node"), "i-1", 900);
    const answer = await client(node).send(command(clouds.aws.roleArn("pull")));
    assert.equal(answer.AssumedRoleUser?.Arn, "arn:aws:sts::210987654321:assumed-role/pull/chain");
  });

  test("rejects callers not in the trust policy, and chained sessions of more than an hour", async () => {
    const denied = clouds.aws.iam.startSession(clouds.aws.roleArn("denied"), "i-1", 900);
    await assert.rejects(client(denied).send(command(clouds.aws.roleArn("pull"))), { name: "AccessDenied" });
    const node = clouds.aws.iam.startSession(clouds.aws.roleArn("node"), "i-1", 900);
    const long = command(clouds.aws.roleArn("pull"), { DurationSeconds: 7200 });
    await assert.rejects(client(node).send(long), { name: "ValidationError" });
  });

  test("requires the external id of the trust policy", async () => {
    const vendor = "arn:aws:iam::999999999999:role/vendor";
    const ci = client(clouds.aws.user());
    await assert.rejects(ci.send(command(vendor)), { name: "AccessDenied" });
    const answer = await ci.send(command(vendor, { ExternalId: "contract-7" }));
    assert.match(answer.AssumedRoleUser?.Arn ?? "", /999999999999/);
  });

  test("rejects a wrong signature as STS does", async () => {
    const key = { ...clouds.aws.user(), secretAccessKey: "x".repeat(40) };
    const error: unknown = await client(key)
      .send(command(clouds.aws.roleArn("pull")))
      .catch((reason: unknown) => reason);
    assert.ok(error instanceof STSServiceException);
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], ["SignatureDoesNotMatch", 403]);
    assert.match(error.$metadata.requestId ?? "", /^[0-9a-f-]{36}$/);
  });

  test("responds under regional, FIPS, dual-stack and global names", async () => {
    for (const config of [
      {},
      { useFipsEndpoint: true },
      { useDualstackEndpoint: true },
      { region: "us-east-1", endpoint: "https://sts.amazonaws.com" },
      { region: "us-gov-west-1", credentials: clouds.aws.user("aws-us-gov") },
      { region: "eusc-de-east-1", credentials: clouds.aws.user("aws-eusc") },
    ]) {
      const identity = await client(clouds.aws.user(), config).send(new GetCallerIdentityCommand({}));
      assert.match(identity.Arn ?? "", /user\/ci$/);
    }
    assert.deepEqual(clouds.defects, []);
  });
});
