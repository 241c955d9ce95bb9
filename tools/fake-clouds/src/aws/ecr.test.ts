import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  DescribeRegistryCommand,
  ECRClient,
  type ECRClientConfig,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr";
import {
  ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { type Clouds, startClouds } from "../clouds.ts";
import { agentFor, call } from "../testing/client.ts";
import type { AccessKey } from "./iam.ts";
import { PARTITIONS } from "./partitions.ts";

let clouds: Clouds;
before(async () => {
  clouds = await startClouds();
});
after(() => clouds.close());

function credentialsOf(key: AccessKey) {
  const { accessKeyId, secretAccessKey, sessionToken } = key;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

function client(region: string, key: AccessKey, config: ECRClientConfig = {}): ECRClient {
  const requestHandler = new NodeHttpHandler({ httpsAgent: agentFor(clouds.core) });
  return new ECRClient({
    region,
    credentials: credentialsOf(key),
    requestHandler,
    maxAttempts: 1,
    ...config,
  });
}

async function failure(
  promise: Promise<unknown>,
): Promise<{ name: string; message: string; status: number; requestId: string }> {
  const error: unknown = await promise.then(
    () => assert.fail("the call was expected to fail"),
    (reason) => reason,
  );
  assert.ok(error instanceof Error && "$metadata" in error);
  const metadata = error.$metadata as { httpStatusCode: number; requestId: string };
  return {
    name: error.name,
    message: error.message,
    status: metadata.httpStatusCode,
    requestId: metadata.requestId,
  };
}

describe("the AWS SDK itself gets a token", () => {
  for (const { name, exampleRegion, suffix } of PARTITIONS) {
    for (const [form, config] of [
      ["plain", {}],
      ["FIPS", { useFipsEndpoint: true }],
      ["dual-stack", { useDualstackEndpoint: true }],
      ["FIPS and dual-stack", { useFipsEndpoint: true, useDualstackEndpoint: true }],
    ] as const) {
      test(`from ${name}, ${form}`, async () => {
        const started = Date.now();
        const answer = await client(exampleRegion, clouds.aws.user(name), config).send(
          new GetAuthorizationTokenCommand({}),
        );
        const data = answer.authorizationData?.[0];
        const [user, password] = Buffer.from(data?.authorizationToken ?? "", "base64")
          .toString()
          .split(":");
        assert.equal(user, "AWS");
        assert.ok((password?.length ?? 0) > 1000);
        assert.equal(data?.proxyEndpoint, `https://123456789012.dkr.ecr.${exampleRegion}.${suffix}`);
        const hours = ((data?.expiresAt?.getTime() ?? 0) - started) / 3_600_000;
        assert.ok(hours > 11.99 && hours < 12.01, `${hours} hours`);
      });
    }
  }

  test("from ECR Public, only in us-east-1", async () => {
    const requestHandler = new NodeHttpHandler({ httpsAgent: agentFor(clouds.core) });
    const config = { credentials: credentialsOf(clouds.aws.user()), requestHandler, maxAttempts: 1 };
    const east = new ECRPUBLICClient({ ...config, region: "us-east-1" });
    const answer = await east.send(new GetPublicAuthorizationTokenCommand({}));
    assert.match(
      Buffer.from(answer.authorizationData?.authorizationToken ?? "", "base64").toString(),
      /^AWS:/,
    );
    const west = new ECRPUBLICClient({ ...config, region: "us-west-2" });
    await assert.rejects(west.send(new GetPublicAuthorizationTokenCommand({})));
    assert.equal(clouds.proxied.at(-1)?.outcome, "unknown-host");
  });

  test("with temporary credentials", async () => {
    const key = clouds.aws.iam.startSession(clouds.aws.roleArn("node"), "test", 900);
    const answer = await client("eu-central-1", key).send(new GetAuthorizationTokenCommand({}));
    assert.equal(answer.authorizationData?.length, 1);
  });
});

describe("a request is rejected with AWS's error", () => {
  test("with a wrong secret", async () => {
    const key = { ...clouds.aws.user(), secretAccessKey: "x".repeat(40) };
    const error = await failure(client("us-west-2", key).send(new GetAuthorizationTokenCommand({})));
    assert.equal(error.name, "InvalidSignatureException");
    assert.match(error.message, /^The request signature we calculated does not match/);
    assert.equal(error.status, 400);
    assert.match(error.requestId, /^[0-9a-f-]{36}$/);
  });

  test("with a body changed after signing", async () => {
    const aws = client("us-west-2", clouds.aws.user());
    aws.middlewareStack.add(
      (next) => async (args) => {
        const request = args.request as { body: string };
        return await next({ ...args, request: Object.assign(request, { body: "[]" }) });
      },
      { step: "finalizeRequest", priority: "low" },
    );
    const error = await failure(aws.send(new GetAuthorizationTokenCommand({})));
    assert.equal(error.name, "InvalidSignatureException");
  });

  test("signed for another region", async () => {
    const aws = client("us-west-2", clouds.aws.user(), {
      endpoint: "https://api.ecr.us-east-1.amazonaws.com",
    });
    const error = await failure(aws.send(new GetAuthorizationTokenCommand({})));
    assert.equal(error.name, "InvalidSignatureException");
    assert.match(error.message, /valid region/);
  });

  test("with a clock ten minutes slow or fast", async () => {
    for (const [offset, wording] of [
      [-600_000, /^Signature expired: /],
      [600_000, /^Signature not yet current: /],
    ] as const) {
      const aws = client("us-west-2", clouds.aws.user(), { systemClockOffset: offset });
      const error = await failure(aws.send(new GetAuthorizationTokenCommand({})));
      assert.equal(error.name, "InvalidSignatureException");
      assert.match(error.message, wording);
    }
  });

  test("with an unknown key, another partition's key, a session's key without its token", async () => {
    const session = clouds.aws.iam.startSession(clouds.aws.roleArn("node"), "test", 900);
    const { accessKeyId, secretAccessKey, principal } = session;
    const strangers = [
      { ...clouds.aws.user(), accessKeyId: "AKIAIOSFODNN7EXAMPLE" },
      clouds.aws.user("aws-cn"),
      { accessKeyId, secretAccessKey, principal },
    ];
    for (const key of strangers) {
      const error = await failure(client("us-west-2", key).send(new GetAuthorizationTokenCommand({})));
      assert.equal(error.name, "UnrecognizedClientException");
      assert.equal(error.message, "The security token included in the request is invalid.");
    }
  });

  test("with an expired session", async () => {
    const key = clouds.aws.iam.startSession(clouds.aws.roleArn("node"), "test", -1);
    const error = await failure(client("us-west-2", key).send(new GetAuthorizationTokenCommand({})));
    assert.equal(error.name, "ExpiredTokenException");
  });

  test("without permission", async () => {
    const key = clouds.aws.iam.startSession(clouds.aws.roleArn("denied"), "test", 900);
    const error = await failure(client("us-west-2", key).send(new GetAuthorizationTokenCommand({})));
    assert.equal(error.name, "AccessDeniedException");
    assert.match(
      error.message,
      /assumed-role\/denied\/test is not authorized to perform: ecr:GetAuthorizationToken/,
    );
  });

  test("without a signature, or for another action", async () => {
    const agent = agentFor(clouds.core);
    const url = "https://api.ecr.us-west-2.amazonaws.com/";
    const bare = await call(url, { method: "POST", body: "{}", agent });
    assert.equal(bare.status, 400);
    assert.match(bare.body, /"__type":"MissingAuthenticationTokenException"/);
    const aws = client("us-west-2", clouds.aws.user());
    const error = await failure(aws.send(new DescribeRegistryCommand({})));
    assert.equal(error.name, "UnknownOperationException");
  });
});

test("expiries follow the fakes' configured clock", async () => {
  const noon = Date.UTC(2030, 0, 1, 12);
  await using frozen = await startClouds({ clock: () => noon, aws: { expiresIn: 600 } });
  const requestHandler = new NodeHttpHandler({ httpsAgent: agentFor(frozen.core) });
  const credentials = credentialsOf(frozen.aws.user());
  // The client needs the same clock, or the signature is not valid yet.
  const systemClockOffset = noon - Date.now();
  const aws = new ECRClient({ region: "us-west-2", credentials, requestHandler, systemClockOffset });
  const { authorizationData } = await aws.send(new GetAuthorizationTokenCommand({}));
  assert.equal(authorizationData?.[0]?.expiresAt?.getTime(), noon + 600_000);
});

test("the registry accepts the password in its own region, and otherwise responds with a challenge", async () => {
  const agent = agentFor(clouds.core);
  const token = await client("us-west-2", clouds.aws.user()).send(new GetAuthorizationTokenCommand({}));
  const authorization = `Basic ${token.authorizationData?.[0]?.authorizationToken}`;
  const host = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
  const anonymous = await call(`https://${host}/v2/`, { agent });
  assert.equal(anonymous.status, 401);
  assert.equal(
    anonymous.headers["www-authenticate"],
    `Basic realm="https://${host}/",service="ecr.amazonaws.com"`,
  );
  const status = async (url: string) =>
    (await call(url, { method: "HEAD", headers: { authorization }, agent })).status;
  assert.equal(await status(`https://${host}/v2/`), 200);
  assert.equal(await status(`https://${host}/v2/team/app/manifests/latest`), 200);
  assert.equal(await status(`https://${host}/v2/nothing/manifests/latest`), 404);
  assert.equal(await status("https://123456789012.dkr-ecr.us-west-2.on.aws/v2/"), 200);
  assert.equal(await status("https://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/"), 401);
  assert.equal(await status("https://public.ecr.aws/v2/"), 401);
});

test("every configured or issued secret is found in a text", () => {
  const { secretAccessKey } = clouds.aws.user();
  const password = clouds.secrets.list().find(({ kind }) => kind === "aws.registryPassword")?.value ?? "";
  assert.deepEqual(clouds.secrets.findIn("nothing of interest"), []);
  assert.deepEqual(clouds.secrets.findIn(`key=${secretAccessKey}`), [
    { kind: "aws.secretAccessKey", form: "value" },
  ]);
  const inBase64 = Buffer.from(secretAccessKey).toString("base64");
  assert.deepEqual(clouds.secrets.findIn(`"${inBase64}"`), [{ kind: "aws.secretAccessKey", form: "base64" }]);
  const leak = { kind: "aws.registryPassword", form: "start" };
  assert.deepEqual(clouds.secrets.findIn(`${password.slice(0, 32)}...`), [leak]);
  assert.deepEqual(clouds.defects, []);
});
