import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin, type Question } from "@imagecred/e2e";
import { type ServiceAccountTokenOptions, startClouds } from "@imagecred/fake-clouds";
import { ecr } from "../provider.ts";
import { ROLE_ANNOTATION } from "./annotations.ts";

const clouds = await startClouds();
after(() => clouds.close());

const POD_ROLE = clouds.aws.roleArn("pod");
const STS_OK = "aws.sts AssumeRoleWithWebIdentity 200";
const ECR_OK = "aws.ecr GetAuthorizationToken 200";

interface Pod extends Question {
  readonly role?: string;
  readonly token?: Partial<ServiceAccountTokenOptions>;
}

/** A request for a pod, on a node with its own role. */
async function asPod({ role, token = {}, ...question }: Pod) {
  return askPlugin(ecr, clouds, {
    identity: "imds",
    ...question,
    serviceAccount: {
      token: await clouds.cluster.issueServiceAccountToken({
        audience: "sts.amazonaws.com",
        serviceAccount: "app",
        ...token,
      }),
      annotations: role === undefined ? {} : { [ROLE_ANNOTATION]: role },
    },
  });
}

function formOf(body: Buffer | undefined): URLSearchParams {
  return new URLSearchParams(body?.toString());
}

describe("the pod's identity", () => {
  test("its token is exchanged for the annotation's role, and the node's identity is not used", async () => {
    const { answer, calls, requests, connections } = await asPod({ role: POD_ROLE });
    assert.ok(answer !== undefined);
    assert.deepEqual(calls, [STS_OK, ECR_OK]);
    assert.equal(connections.length, 2);
    assert.equal(requests[0]?.host, "sts.us-west-2.amazonaws.com");
    assert.equal(requests[0]?.headers["authorization"], undefined);
    const form = formOf(requests[0]?.body);
    assert.equal(form.get("RoleArn"), POD_ROLE);
    assert.equal(form.get("RoleSessionName"), "ecr-credential-provider");
    assert.match(requests[1]?.headers["authorization"] ?? "", /us-west-2\/ecr\/aws4_request/);
  });

  test("the connection to ECR opens before STS responds", async () => {
    clouds.latency.set(60, "aws.sts");
    // A separate region, because connections of earlier tests are kept alive.
    const image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app";
    const { requests, connections } = await asPod({ role: POD_ROLE, image });
    const ecr = connections.find(({ serverName }) => serverName === "api.ecr.eu-central-1.amazonaws.com");
    assert.ok((ecr?.tlsFinishedAt ?? Infinity) < (requests[0]?.finishedAt ?? 0));
  });

  test("without the annotation, AWS_ECR_ROLE_ARN is the role; with it, it is not", async () => {
    const env = { AWS_ECR_ROLE_ARN: POD_ROLE };
    const { calls } = await asPod({ env });
    assert.deepEqual(calls, [STS_OK, ECR_OK]);
    const denied = await asPod({ env, role: clouds.aws.roleArn("denied") });
    assert.deepEqual(denied.calls, [STS_OK, "aws.ecr GetAuthorizationToken 400"]);
  });

  test("without any role the node's identity is used, as in the Go plugin; not with --identity-fallback none", async () => {
    const { calls, lines } = await asPod({ identity: "static" });
    assert.deepEqual(calls, [ECR_OK]);
    assert.match(lines.join("\n"), /identity-fallback from=pod to=node failure=unassigned/);
    const refused = await asPod({ identity: "static", args: ["--identity-fallback=none"] });
    assert.deepEqual(refused.calls, []);
    assert.match(
      refused.message,
      /no annotation eks.amazonaws.com\/ecr-role-arn, or the kubelet does not pass it/,
    );
    assert.match(refused.message, /--identity-fallback unassigned/);
  });

  test("an empty annotation names no role, and overrides AWS_ECR_ROLE_ARN, as in the Go plugin", async () => {
    for (const env of [{}, { AWS_ECR_ROLE_ARN: POD_ROLE }]) {
      const { calls, lines } = await asPod({ identity: "static", role: "", env });
      assert.deepEqual(calls, [ECR_OK]);
      assert.match(lines.join("\n"), /identity-fallback from=pod to=node failure=unassigned/);
    }
    const { message } = await asPod({ role: "", args: ["--identity-fallback=none"] });
    assert.match(message, /the annotation eks\.amazonaws\.com\/ecr-role-arn is empty/);
  });

  test("a mirrored image uses the node's identity, regardless of the annotation", async () => {
    const { calls, answer } = await asPod({
      role: POD_ROLE,
      identity: "static",
      image: "cache.example:5000/app",
      args: ["--registry=cache.example:5000=123456789012.dkr.ecr.us-west-2.amazonaws.com"],
    });
    assert.deepEqual(calls, [ECR_OK]);
    assert.deepEqual(Object.keys(answer?.auth ?? {}), ["cache.example:5000"]);
  });

  test("a token for another cloud or for the API server is not sent", async () => {
    for (const audience of ["api://AzureADTokenExchange", "https://kubernetes.default.svc"]) {
      const { message, calls } = await asPod({ role: POD_ROLE, token: { audience } });
      assert.deepEqual(calls, []);
      assert.match(message, /its audience is .*; set serviceAccountTokenAudience .* to sts\.amazonaws\.com/);
    }
  });

  test("the role of IAM roles for service accounts, if the kubelet passes it; the one for pulling has precedence", async () => {
    const irsa = "eks.amazonaws.com/role-arn";
    const ask = async (annotations: Record<string, string>) => {
      const token = await clouds.cluster.issueServiceAccountToken({
        audience: "sts.amazonaws.com",
        serviceAccount: "app",
      });
      return await askPlugin(ecr, clouds, { serviceAccount: { token, annotations } });
    };
    const { requests } = await ask({ [irsa]: POD_ROLE });
    assert.equal(formOf(requests[0]?.body).get("RoleArn"), POD_ROLE);
    const both = await ask({ [irsa]: clouds.aws.roleArn("denied"), [ROLE_ANNOTATION]: POD_ROLE });
    assert.equal(formOf(both.requests[0]?.body).get("RoleArn"), POD_ROLE);
    const ours = "imagecred.dev/aws-role-arn";
    const all = await ask({ [ROLE_ANNOTATION]: clouds.aws.roleArn("denied"), [ours]: POD_ROLE });
    assert.equal(formOf(all.requests[0]?.body).get("RoleArn"), POD_ROLE);
    const { message } = await ask({ [irsa]: "pull" });
    assert.match(message, /the annotation eks\.amazonaws\.com\/role-arn is "pull", which is not the ARN/);
  });

  test("an annotation that is not a role: an error, nothing is sent", async () => {
    const { message, calls } = await asPod({ role: "arn:aws:iam::123456789012:role/a b&Action=x" });
    assert.deepEqual(calls, []);
    assert.match(message, /which is not the ARN of a role/);
  });

  test("STS is called in the node's region, if it is in the role's partition", async () => {
    const near = await asPod({ role: POD_ROLE, env: { AWS_REGION: "eu-west-1" } });
    assert.equal(near.requests[0]?.host, "sts.eu-west-1.amazonaws.com");
    assert.ok(near.answer !== undefined);
    const abroad = await asPod({ role: POD_ROLE, env: { AWS_REGION: "cn-north-1" } });
    assert.equal(abroad.requests[0]?.host, "sts.us-west-2.amazonaws.com");
    const china = await asPod({
      role: clouds.aws.roleArn("pod", "aws-cn"),
      image: "123456789012.dkr.ecr.cn-northwest-1.amazonaws.com.cn/app",
      env: { AWS_REGION: "us-west-2" },
    });
    assert.equal(china.requests[0]?.host, "sts.cn-northwest-1.amazonaws.com.cn");
    assert.ok(china.answer !== undefined);
  });

  test("a FIPS registry implies STS's FIPS endpoint, unless configured otherwise", async () => {
    const image = "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/app";
    const fips = await asPod({ role: POD_ROLE, image });
    assert.deepEqual(
      fips.requests.map(({ host }) => host),
      ["sts-fips.us-east-1.amazonaws.com", "api.ecr-fips.us-east-1.amazonaws.com"],
    );
    const plain = await asPod({ role: POD_ROLE, image, env: { AWS_USE_FIPS_ENDPOINT: "false" } });
    assert.deepEqual(
      plain.requests.map(({ host }) => host),
      ["sts.us-east-1.amazonaws.com", "api.ecr.us-east-1.amazonaws.com"],
    );
  });

  for (const [what, token, role, status, said, advice] of [
    ["expired", { expiresIn: -60 }, POD_ROLE, 400, /ExpiredToken/, /new credentials|clock/],
    [
      "for another audience",
      { audience: "kubernetes" },
      POD_ROLE,
      400,
      /InvalidIdentityToken/,
      /sts.amazonaws.com/,
    ],
    ["of another issuer", { issuer: "https://other.test" }, POD_ROLE, 400, /InvalidIdentityToken/, /OIDC/],
    ["signed by an unknown key", { signedBy: "stranger" }, POD_ROLE, 400, /InvalidIdentityToken/, /OIDC/],
    [
      "of a pod that the role does not trust",
      { namespace: "other" },
      POD_ROLE,
      403,
      /AccessDenied/,
      /trust policy/,
    ],
    [
      "for a role that does not exist",
      {},
      "arn:aws:iam::123456789012:role/none",
      403,
      /AccessDenied/,
      /trust policy/,
    ],
  ] as const) {
    test(`a token ${what}: STS's message, request id, and advice`, async () => {
      const { message, calls, answer } = await asPod({ token, role });
      assert.equal(answer, undefined);
      assert.deepEqual(calls, [`aws.sts AssumeRoleWithWebIdentity ${status}`]);
      assert.match(message, /^asking AWS STS in us-west-2 \(AssumeRoleWithWebIdentity\) as arn:aws:iam/);
      assert.match(message, said);
      assert.match(message, new RegExp(`status ${status}`));
      assert.match(message, /request id [0-9a-f-]{36}/);
      assert.match(message, advice);
    });
  }

  test("throttled by STS, in XML: retried", async () => {
    const body =
      "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
    await clouds.faults.add({
      service: "aws.sts",
      times: 2,
      fault: { kind: "answer", reply: { status: 400, headers: { "content-type": "text/xml" }, body } },
    });
    const { calls } = await asPod({ role: POD_ROLE });
    const throttled = "aws.sts AssumeRoleWithWebIdentity 400";
    assert.deepEqual(calls, [throttled, throttled, STS_OK, ECR_OK]);
  });

  for (const [what, body] of [
    ["no credentials", "<AssumeRoleWithWebIdentityResponse></AssumeRoleWithWebIdentityResponse>"],
    ["a body that is not XML", "<html><p>welcome to the hotel"],
    ["nothing", ""],
  ] as const) {
    test(`STS responds with 200 and ${what}: an error`, async () => {
      await clouds.faults.add({
        service: "aws.sts",
        fault: { kind: "answer", reply: { status: 200, headers: { "content-type": "text/xml" }, body } },
      });
      const { message, calls } = await asPod({ role: POD_ROLE });
      assert.deepEqual(calls, [STS_OK]);
      assert.match(message, /^asking AWS STS .*status 200/);
    });
  }
});

describe("the pod's or the node's identity", () => {
  test("--identity node: the pod's token is not used", async () => {
    const { calls } = await asPod({ role: POD_ROLE, args: ["--identity=node"] });
    assert.deepEqual(calls, ["aws.imds Token 200", "aws.imds Role 200", "aws.imds Credentials 200", ECR_OK]);
  });

  test("--identity pod without a token: an error, nothing is sent", async () => {
    const { calls, message } = await askPlugin(ecr, clouds, { identity: "imds", args: ["--identity=pod"] });
    assert.deepEqual(calls, []);
    assert.match(message, /the kubelet sent no service account token/);
  });

  const node = ["aws.imds Token 200", "aws.imds Role 200", "aws.imds Credentials 200", ECR_OK];

  test("--identity-fallback node: a pod without a role gets the node's", async () => {
    const { calls, answer, lines } = await asPod({ args: ["--identity-fallback=node"] });
    assert.deepEqual(calls, node);
    assert.ok(answer !== undefined);
    assert.ok(lines.some((line) => line.includes("identity-fallback")));
  });

  test("--identity-fallback node: so does one whose role may not use ECR", async () => {
    const { calls } = await asPod({
      role: clouds.aws.roleArn("denied"),
      args: ["--identity-fallback=node"],
    });
    assert.deepEqual(calls, [STS_OK, "aws.ecr GetAuthorizationToken 400", ...node]);
  });

  test("if both fail, the error names both", async () => {
    const { message } = await asPod({
      role: clouds.aws.roleArn("denied"),
      args: ["--identity-fallback=node"],
      identity: "none",
    });
    assert.match(message, /AccessDeniedException.*then with the node's identity, looking for an identity/);
  });
});

describe("role chaining", () => {
  test("--role-arn: one more role, in another account, for the node", async () => {
    const { calls, requests, answer } = await askPlugin(ecr, clouds, {
      identity: "imds",
      args: [`--role-arn=${clouds.aws.roleArn("pull")}`, "--role-session-name=node-1"],
    });
    assert.deepEqual(calls.slice(3), ["aws.sts AssumeRole 200", ECR_OK]);
    assert.equal(formOf(requests[3]?.body).get("RoleSessionName"), "node-1");
    assert.ok(answer !== undefined);
  });

  test("--role-arn: also for the pod, after its own role", async () => {
    const { calls } = await asPod({ role: POD_ROLE, args: [`--role-arn=${clouds.aws.roleArn("pull")}`] });
    assert.deepEqual(calls, [STS_OK, "aws.sts AssumeRole 200", ECR_OK]);
  });

  test("a role that does not trust the caller: the missing permission", async () => {
    const { message, calls } = await askPlugin(ecr, clouds, {
      identity: "imds",
      args: ["--role-arn=arn:aws:iam::210987654321:role/stranger"],
    });
    assert.equal(calls.at(-1), "aws.sts AssumeRole 403");
    assert.match(message, /as role node of the instance profile: status 403, AccessDenied/);
    assert.match(message, /sts:AssumeRole on arn:aws:iam::210987654321:role\/stranger.*trust policy/);
  });
});
