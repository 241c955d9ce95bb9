import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, describe, test } from "node:test";
import { type Clouds, startClouds } from "../clouds.ts";
import { call } from "../testing/client.ts";

let clouds: Clouds;
before(async () => {
  clouds = await startClouds();
});
after(() => clouds.close());

describe("IMDSv2", () => {
  const initial = {
    role: "arn:aws:iam::123456789012:role/node",
    metadata: "enabled",
    tokens: "required",
  } as const;
  afterEach(async () => {
    Object.assign(clouds.aws.instance, initial, { credentialsProblem: undefined });
    await clouds.reset();
  });

  const at = (path: string) => clouds.aws.origins.imds + path;
  const roles = () => at("/latest/meta-data/iam/security-credentials/");
  async function token(ttl = "21600"): Promise<Record<string, string>> {
    const headers = { "x-aws-ec2-metadata-token-ttl-seconds": ttl };
    const answer = await call(at("/latest/api/token"), { method: "PUT", headers });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["x-aws-ec2-metadata-token-ttl-seconds"], ttl);
    return { "x-aws-ec2-metadata-token": answer.body };
  }

  test("token, role, credentials", async () => {
    const headers = await token();
    const role = await call(roles(), { headers });
    assert.deepEqual([role.status, role.body], [200, "node"]);
    const answer = await call(roles() + role.body, { headers });
    const document = JSON.parse(answer.body);
    assert.equal(document.Code, "Success");
    assert.match(document.Expiration, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const key = clouds.aws.iam.key(document.AccessKeyId);
    assert.deepEqual([key?.secretAccessKey, key?.sessionToken], [document.SecretAccessKey, document.Token]);
    assert.deepEqual(
      clouds.requests.map(({ operation, status }) => [operation, status]),
      [
        ["Token", 200],
        ["Role", 200],
        ["Credentials", 200],
      ],
    );
  });

  test("no token or a wrong one: 401; IMDSv1 only if tokens are optional", async () => {
    assert.equal((await call(roles())).status, 401);
    assert.equal((await call(roles(), { headers: { "x-aws-ec2-metadata-token": "x" } })).status, 401);
    clouds.aws.instance.tokens = "optional";
    assert.equal((await call(roles())).status, 200);
  });

  test("a token request without a TTL, with a TTL that is too long, through a proxy, to another path", async () => {
    const put = async (headers: Record<string, string>, path = "/latest/api/token") =>
      (await call(at(path), { method: "PUT", headers })).status;
    const ttl = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
    assert.equal(await put({}), 400);
    assert.equal(await put({ "x-aws-ec2-metadata-token-ttl-seconds": "21601" }), 400);
    assert.equal(await put({ ...ttl, "x-forwarded-for": "10.0.0.1" }), 403);
    assert.equal(await put(ttl, "/latest/api/tokens"), 404);
  });

  test("no role: 404; another role's name: 404; disabled: 403; a role that EC2 may not assume", async () => {
    const headers = await token();
    assert.equal((await call(`${roles()}other`, { headers })).status, 404);
    clouds.aws.instance.credentialsProblem = "AssumeRoleUnauthorizedAccess";
    assert.equal(
      JSON.parse((await call(`${roles()}node`, { headers })).body).Code,
      "AssumeRoleUnauthorizedAccess",
    );
    clouds.aws.instance.role = undefined;
    assert.equal((await call(roles(), { headers })).status, 404);
    clouds.aws.instance.metadata = "disabled";
    assert.equal((await call(at("/latest/api/token"), { method: "PUT" })).status, 403);
  });
});

test("EKS Pod Identity requires the pod's token for its own audience, and an association", async () => {
  const env = await clouds.aws.env("pod-identity");
  const url = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] ?? "";
  const authorization = await readFile(env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] ?? "", "utf8");
  const answer = await call(url, { headers: { authorization } });
  const document = JSON.parse(answer.body);
  assert.equal(document.AccountId, "123456789012");
  assert.equal(clouds.aws.iam.key(document.AccessKeyId)?.principal.iamArn, clouds.aws.roleArn("pod"));

  assert.equal((await call(url)).status, 400);
  const wrongAudience = await clouds.cluster.issueServiceAccountToken({
    audience: "sts.amazonaws.com",
    serviceAccount: "app",
  });
  assert.match(
    (await call(url, { headers: { authorization: wrongAudience } })).body,
    /\(InvalidTokenException\)/,
  );
  const stranger = await clouds.cluster.issueServiceAccountToken({
    audience: "pods.eks.amazonaws.com",
    serviceAccount: "x",
  });
  const unknown = await call(url, { headers: { authorization: stranger } });
  assert.deepEqual([unknown.status, /ResourceNotFoundException/.test(unknown.body)], [404, true]);
});

test("ECS container credentials require the task's path and authorization", async () => {
  const env = await clouds.aws.env("ecs");
  const url = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] ?? "";
  const authorization = env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] ?? "";
  const answer = await call(url, { headers: { authorization } });
  assert.equal(JSON.parse(answer.body).RoleArn, clouds.aws.roleArn("node"));
  assert.equal((await call(url)).status, 401);
  assert.equal((await call(`${url}0`, { headers: { authorization } })).status, 400);
});
