import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { ManualClock } from "@imagecred/protocol/testing";
import { ecr } from "../provider.ts";

const clouds = await startClouds();
after(() => clouds.close());

const ECR_OK = "aws.ecr GetAuthorizationToken 200";
const EKS = await clouds.env("ecr", "pod-identity");
const TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

describe("EKS Pod Identity", () => {
  test("the agent with the token in the file, then ECR: two requests", async () => {
    const { calls, connections, answer } = await askPlugin(ecr, clouds, { identity: "pod-identity" });
    assert.deepEqual(calls, ["aws.pod-identity Credentials 200", ECR_OK]);
    assert.equal(connections.length, 2);
    assert.ok(answer !== undefined);
  });

  test("no association (404): the agent's message, and advice", async () => {
    const token = await clouds.cluster.issueServiceAccountToken({
      audience: "pods.eks.amazonaws.com",
      serviceAccount: "stranger",
    });
    const env = { [TOKEN_FILE]: await clouds.core.writeFile("stranger-token", token) };
    const { calls, message } = await askPlugin(ecr, clouds, { identity: "pod-identity", env });
    assert.deepEqual(calls, ["aws.pod-identity Credentials 404"]);
    assert.match(message, /status 404, .*ResourceNotFoundException.*association not found/);
    assert.match(message, /create a pod identity association/);
  });

  test("a token for another audience: rejected by the agent, and not retried", async () => {
    const token = await clouds.cluster.issueServiceAccountToken({ audience: "sts.amazonaws.com" });
    const env = { [TOKEN_FILE]: await clouds.core.writeFile("other-token", token) };
    const { calls, message } = await askPlugin(ecr, clouds, { identity: "pod-identity", env });
    assert.deepEqual(calls, ["aws.pod-identity Credentials 400"]);
    assert.match(message, /EKS Pod Identity .*status 400.*audience pods.eks.amazonaws.com/);
  });

  test("a missing or malformed token file: nothing is sent", async () => {
    const missing = await askPlugin(ecr, clouds, {
      identity: "pod-identity",
      env: { [TOKEN_FILE]: "/nonexistent/token" },
    });
    assert.deepEqual(missing.calls, []);
    assert.match(missing.message, /container authorization token \/nonexistent\/token: no such file/);
    const env = { [TOKEN_FILE]: await clouds.core.writeFile("two-lines", "first-line\nsecond-line") };
    const malformed = await askPlugin(ecr, clouds, { identity: "pod-identity", env });
    assert.deepEqual(malformed.calls, []);
    assert.match(malformed.message, /line break/);
    // Invalid UTF-8 decodes to characters that headers cannot contain.
    const binary = { [TOKEN_FILE]: await clouds.core.writeFile("binary", Uint8Array.of(0xff, 0x41, 0x80)) };
    const odd = await askPlugin(ecr, clouds, { identity: "pod-identity", env: binary });
    assert.deepEqual(odd.calls, []);
    assert.match(odd.message, /another character that a token cannot have/);
  });

  test("429 and 503 are retried, four attempts at most", async () => {
    for (const status of [429, 503]) {
      await clouds.faults.add({
        service: "aws.pod-identity",
        times: 1,
        fault: { kind: "answer", reply: { status } },
      });
      const { calls } = await askPlugin(ecr, clouds, { identity: "pod-identity" });
      assert.deepEqual(calls, [
        `aws.pod-identity Credentials ${status}`,
        "aws.pod-identity Credentials 200",
        ECR_OK,
      ]);
    }
    await clouds.faults.add({
      service: "aws.pod-identity",
      fault: { kind: "answer", reply: { status: 500 } },
    });
    const { calls, message } = await askPlugin(ecr, clouds, { identity: "pod-identity" });
    assert.deepEqual(calls, new Array(4).fill("aws.pod-identity Credentials 500"));
    assert.match(message, /status 500; check the eks-pod-identity-agent pod/);
  });
});

describe("advice for the EKS Pod Identity agent's errors", () => {
  const refusals: readonly (readonly [number, string, RegExp])[] = [
    [
      400,
      "[xyz]: (AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role.",
      /allow the node's role the action eks-auth:AssumeRoleForPodIdentity/,
    ],
    [429, "ThrottlingException: Rate exceeded", /throttling this node/],
    [429, "", /throttling this node/],
    [400, "ExpiredTokenException: Token expired", /projected token has expired/],
    [400, "InvalidTokenException: Unknown token", /for the audience pods.eks.amazonaws.com/],
    [500, "InternalServerException", /EKS Auth API failed/],
  ];
  for (const [status, body, advice] of refusals) {
    test(`${status} ${body.slice(0, 40)}`, async () => {
      await clouds.faults.add({
        service: "aws.pod-identity",
        fault: { kind: "answer", reply: { status, body } },
      });
      const { message } = await askPlugin(ecr, clouds, {
        identity: "pod-identity",
        context: { clock: new ManualClock(Date.now()) },
      });
      assert.match(message, advice);
    });
  }

  test("an empty token file: nothing is sent", async () => {
    const env = { [TOKEN_FILE]: await clouds.core.writeFile("empty", "\n") };
    const { calls, message } = await askPlugin(ecr, clouds, { identity: "pod-identity", env });
    assert.deepEqual(calls, []);
    assert.match(message, /the file is empty; check the projected volume/);
  });
});

describe("ECS container credentials", () => {
  test("the endpoint with its authorization, then ECR", async () => {
    const { calls, answer } = await askPlugin(ecr, clouds, { identity: "ecs" });
    assert.deepEqual(calls, ["aws.ecs Credentials 200", ECR_OK]);
    assert.ok(answer !== undefined);
  });

  test("a wrong authorization: the endpoint's message", async () => {
    const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN: "not-the-right-one" };
    const { message, lines } = await askPlugin(ecr, clouds, { identity: "ecs", env });
    assert.match(message, /ECS container credentials .*status 401, Unauthorized/);
    assert.ok(![message, ...lines].some((line) => line.includes("not-the-right-one")));
  });

  test("a relative URI is resolved against ECS's address only", async () => {
    const asked: string[] = [];
    const http = {
      preconnect() {},
      firstSent: () => new Promise<void>(() => {}),
      cloud: () => Promise.reject(new Error("must not be called")),
      metadata: ({ url }: { url: string }) => {
        asked.push(url);
        return Promise.reject(new Error("enough"));
      },
    };
    const relative = (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: string) =>
      askPlugin(ecr, clouds, { env: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI }, context: { http } });
    await relative("/v2/credentials/abc?x=y");
    assert.deepEqual(asked, ["http://169.254.170.2/v2/credentials/abc?x=y"]);
    for (const uri of ["//evil.test/x", "http://evil.test/x", "@evil.test", "x", "\\\\evil.test/x"]) {
      const { message } = await relative(uri);
      assert.match(message, /expected a path/, uri);
    }
    assert.equal(asked.length, 1);
  });
});

describe("AWS_CONTAINER_CREDENTIALS_FULL_URI", () => {
  for (const url of [
    "http://evil.test/creds",
    "http://169.254.169.254/creds",
    "http://169.254.170.24/creds",
    "http://127.0.0.1.evil.test/creds",
    "http://localhost@evil.test/creds",
    "ftp://127.0.0.1/creds",
    "/creds",
  ]) {
    test(`${url} is rejected before anything is sent`, async () => {
      const { calls, message, connections } = await askPlugin(ecr, clouds, {
        env: { ...EKS, AWS_CONTAINER_CREDENTIALS_FULL_URI: url },
      });
      assert.deepEqual(calls, []);
      assert.equal(connections.length, 0);
      assert.match(message, /AWS_CONTAINER_CREDENTIALS_FULL_URI is .*, expected https, or http to loopback/);
    });
  }

  for (const url of [
    "https://creds.example/x",
    "http://127.0.0.1:1234/x",
    "http://[::1]/x",
    "http://localhost/x",
    "http://169.254.170.2/x",
    "http://169.254.170.23/v1/credentials",
    "http://[fd00:ec2::23]/v1/credentials",
  ]) {
    test(`${url} gets the request`, async () => {
      const asked: string[] = [];
      await askPlugin(ecr, clouds, {
        env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: url },
        context: {
          http: {
            preconnect() {},
            firstSent: () => new Promise<void>(() => {}),
            cloud: () => Promise.reject(new Error("must not be called")),
            metadata: (request) => {
              asked.push(request.url);
              return Promise.reject(new Error("enough"));
            },
          },
        },
      });
      assert.deepEqual(asked, [url]);
    });
  }
});
