import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin, identityMapFile, type Question } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { ecr } from "./provider.ts";

const clouds = await startClouds();
after(() => clouds.close());
const { aws } = clouds;

const NODE = aws.roleArn("node");
/** A role `pull` in each of these accounts, which the node's role may assume. */
const ACCOUNTS = ["111111111111", "222222222222", "333333333333"];
for (const account of ACCOUNTS) {
  const webIdentity = { subjects: ["system:serviceaccount:default:*"] };
  aws.iam.addRole({ arn: pull(account), trust: { principals: [NODE], webIdentity } });
}
aws.iam.addRole({ arn: pull("444444444444"), trust: { principals: [NODE], externalId: "partner-42" } });
aws.iam.addRole({
  arn: pull("555555555555"),
  trust: { principals: [pull("111111111111")], externalId: "chained" },
});
aws.iam.addRole({
  arn: "arn:aws-cn:iam::666666666666:role/pull",
  trust: { principals: [aws.roleArn("node", "aws-cn")] },
});

function pull(account: string): string {
  return `arn:aws:iam::${account}:role/pull`;
}

function image(account: string, region = "eu-west-1", path = "team/app"): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com/${path}`;
}

function mapFile(...entries: readonly string[]): Promise<string> {
  return identityMapFile(clouds, ...entries);
}

/** Runs the plugin on a node with the role `node`. @returns the assumed roles, in order */
async function ask(question: Question) {
  const outcome = await askPlugin(ecr, clouds, { identity: "imds", ...question });
  const roles = outcome.requests
    .filter(({ service }) => service === "aws.sts")
    .map(({ body }) => new URLSearchParams(body.toString()).get("RoleArn"));
  return { ...outcome, roles };
}

async function podAccount(annotations: Record<string, string> = {}) {
  const token = await clouds.cluster.issueServiceAccountToken({
    audience: "sts.amazonaws.com",
    serviceAccount: "app",
  });
  return { token, annotations };
}

describe("placeholders", () => {
  const args = ["--role-arn=arn:{partition}:iam::{account}:role/pull"];

  for (const account of ACCOUNTS) {
    test(`{account} is the registry's account: ${account}`, async () => {
      const { answer, message, roles } = await ask({ args, image: image(account) });
      assert.ok(answer !== undefined, message);
      assert.deepEqual(roles, [pull(account)]);
      // Only the host matters, so the response is for all of the registry's images.
      assert.equal(answer.cacheKeyType, "Registry");
    });
  }

  test("{partition} is the registry's partition", async () => {
    const { answer, message, roles } = await askInChina();
    assert.ok(answer !== undefined, message);
    assert.deepEqual(roles, ["arn:aws-cn:iam::666666666666:role/pull"]);
  });

  async function askInChina() {
    const env = await aws.env("session", "aws-cn");
    return ask({
      args,
      env,
      identity: "none",
      image: "666666666666.dkr.ecr.cn-north-1.amazonaws.com.cn/app",
    });
  }

  test("with a mirror, {account} is the account of the registry that gets the request", async () => {
    const mirror = `--registry=mirror.test:5000=${image("222222222222").replace("/team/app", "")}`;
    const { answer, message, roles } = await ask({ args: [...args, mirror], image: "mirror.test:5000/app" });
    assert.deepEqual(Object.keys(answer?.auth ?? {}), ["mirror.test:5000"], message);
    assert.deepEqual(roles, [pull("222222222222")]);
  });

  test("a placeholder without a value in ECR Public's name is an error, and nothing is sent", async () => {
    const { answer, message, connections } = await ask({ args, image: "public.ecr.aws/team/app" });
    assert.equal(answer, undefined);
    assert.match(message, /^--role-arn has \{account\}, which the name public\.ecr\.aws does not contain; /);
    assert.equal(connections.length, 0);
  });

  test("in AWS_ECR_ROLE_ARN, for pods whose service account names no role", async () => {
    const env = { AWS_ECR_ROLE_ARN: "arn:aws:iam::{account}:role/pull" };
    const asPod = await ask({ env, image: image("333333333333"), serviceAccount: await podAccount() });
    assert.deepEqual(asPod.roles, [pull("333333333333")], asPod.message);
    const annotations = { "eks.amazonaws.com/ecr-role-arn": aws.roleArn("pod") };
    const named = await ask({
      env,
      image: image("333333333333"),
      serviceAccount: await podAccount(annotations),
    });
    assert.deepEqual(named.roles, [aws.roleArn("pod")], named.message);
    const unknown = await ask({ env, image: "public.ecr.aws/app", serviceAccount: await podAccount() });
    assert.match(
      unknown.message,
      /AWS_ECR_ROLE_ARN has \{account\}, which the name public\.ecr\.aws does not contain/,
    );
    assert.equal(unknown.connections.length, 0);
  });

  test("an external ID is sent", async () => {
    const refused = await ask({ args, image: image("444444444444") });
    assert.match(refused.message, /not authorized to perform: sts:AssumeRole/);
    const { answer, message } = await ask({
      args: [...args, "--external-id=partner-42"],
      image: image("444444444444"),
    });
    assert.ok(answer !== undefined, message);
  });
});

describe("the identity map", () => {
  test("the first matching entry applies; other images keep the flags' identity", async () => {
    const file = await mapFile(
      'registries: ["111111111111.dkr.ecr.*.amazonaws.com"]\naws: {roleArn: "arn:aws:iam::333333333333:role/pull"}',
      'registries: ["*.dkr.ecr.eu-west-1.amazonaws.com"]\naws: {roleArn: "arn:aws:iam::{account}:role/pull"}',
      'registries: ["222222222222.dkr.ecr.eu-west-1.amazonaws.com"]\naws: {roleArn: "arn:aws:iam::000000000000:role/never"}',
    );
    const args = [`--identities=${file}`, "--role-arn", aws.roleArn("pull")];
    const roleFor = async (name: string) => {
      const { roles, message, answer } = await ask({ args, image: name });
      assert.equal(answer?.cacheKeyType, "Registry", message);
      return roles;
    };
    assert.deepEqual(await roleFor(image("111111111111")), [pull("333333333333")]);
    assert.deepEqual(await roleFor(image("222222222222")), [pull("222222222222")]);
    assert.deepEqual(await roleFor(image("222222222222", "us-west-2")), [aws.roleArn("pull")]);
  });

  test("an entry with nothing for AWS keeps the flags' identity", async () => {
    const file = await mapFile('registries: ["*.dkr.ecr.*.amazonaws.com"]\nazure: {tenantId: contoso.com}');
    const args = [`--identities=${file}`, "--role-arn", aws.roleArn("pull")];
    const { roles, message } = await ask({ args, image: image("111111111111") });
    assert.deepEqual(roles, [aws.roleArn("pull")], message);
  });

  test("a chain of roles, each with its external ID, under one session name", async () => {
    const file = await mapFile(`registries: ["555555555555.dkr.ecr.*.amazonaws.com"]
aws:
  roleSessionName: image-pulls
  roleChain:
    - roleArn: ${pull("111111111111")}
    - roleArn: arn:aws:iam::{account}:role/pull
      externalId: chained`);
    const { answer, roles, requests, message } = await ask({
      args: [`--identities=${file}`, "--role-arn", aws.roleArn("denied")],
      image: image("555555555555"),
    });
    assert.ok(answer !== undefined, message);
    assert.deepEqual(roles, [pull("111111111111"), pull("555555555555")]);
    const names = requests
      .filter(({ service }) => service === "aws.sts")
      .map(({ body }) => new URLSearchParams(body.toString()).get("RoleSessionName"));
    assert.deepEqual(names, ["image-pulls", "image-pulls"]);
  });

  test("if an entry has a path, every image of its registry is cached separately", async () => {
    const file = await mapFile(
      `registries: ["${image("111111111111", "eu-west-1", "team-a/")}"]\naws: {roleArn: "${pull("222222222222")}"}`,
      'registries: ["*.dkr.ecr.*.amazonaws.com"]\naws: {roleArn: "arn:aws:iam::{account}:role/pull"}',
    );
    const of = async (name: string) => {
      const { answer, roles, message } = await ask({ args: [`--identities=${file}`], image: name });
      assert.ok(answer !== undefined, message);
      return [answer.cacheKeyType, roles[0]];
    };
    assert.deepEqual(await of(image("111111111111", "eu-west-1", "team-a/app")), [
      "Image",
      pull("222222222222"),
    ]);
    assert.deepEqual(await of(image("111111111111", "eu-west-1", "team-b/app")), [
      "Image",
      pull("111111111111"),
    ]);
    assert.deepEqual(await of(image("222222222222")), ["Registry", pull("222222222222")]);
  });

  test("anonymous: a response without a credential that is not cached, and nothing is sent", async () => {
    const file = await mapFile("registries: [public.ecr.aws]\nidentity: anonymous");
    const { answer, connections, message } = await ask({
      args: [`--identities=${file}`],
      image: "public.ecr.aws/docker/library/busybox",
    });
    assert.equal(answer?.expiresAt, "do-not-cache", message);
    assert.deepEqual(Object.keys(answer.auth), ["public.ecr.aws"]);
    assert.equal(answer.auth["public.ecr.aws"]?.username, "");
    assert.equal(connections.length, 0);
  });

  test("identity: node for one registry, pod for another and for its mirror's images", async () => {
    const file = await mapFile(
      "registries: [111111111111.dkr.ecr.eu-west-1.amazonaws.com]\nidentity: node",
      `registries: [222222222222.dkr.ecr.eu-west-1.amazonaws.com]\nidentity: pod\naws: {podRoleArn: "${pull("222222222222")}"}`,
    );
    const args = [
      `--identities=${file}`,
      "--registry=mirror.test=222222222222.dkr.ecr.eu-west-1.amazonaws.com",
    ];
    const serviceAccount = await podAccount({ "eks.amazonaws.com/unrelated": "x" });
    const node = await ask({ args, image: image("111111111111"), serviceAccount });
    assert.ok(node.calls.includes("aws.imds Credentials 200"), node.calls.join());
    const pod = await ask({ args, image: image("222222222222"), serviceAccount });
    assert.deepEqual(pod.calls, [
      "aws.sts AssumeRoleWithWebIdentity 200",
      "aws.ecr GetAuthorizationToken 200",
    ]);
    const mirror = await ask({ args, image: "mirror.test/app", serviceAccount });
    assert.deepEqual(mirror.calls, pod.calls);
    const withoutToken = await ask({ args, image: image("222222222222") });
    assert.match(withoutToken.message, /the kubelet sent no service account token/);
  });

  test("identityFallback: none rejects a pod without an annotation, for these registries only", async () => {
    const file = await mapFile(
      "registries: [111111111111.dkr.ecr.eu-west-1.amazonaws.com]\nidentityFallback: none",
    );
    const serviceAccount = await podAccount();
    const args = [`--identities=${file}`];
    const refused = await ask({ args, image: image("111111111111"), serviceAccount });
    assert.match(refused.message, /no annotation eks\.amazonaws\.com\/ecr-role-arn/);
    assert.equal(refused.connections.length, 0);
    const other = await ask({ args, image: image("222222222222"), serviceAccount });
    assert.ok(other.answer !== undefined, other.message);
  });

  test("a profile is the only identity: a missing one is an error even if the node has keys", async () => {
    const env = { ...(await aws.env("profile")), ...(await aws.env("static")) };
    delete env["AWS_PROFILE"];
    const file = await mapFile(
      "registries: [111111111111.dkr.ecr.eu-west-1.amazonaws.com]\naws: {profile: puller}",
      "registries: [222222222222.dkr.ecr.eu-west-1.amazonaws.com]\naws: {profile: missing}",
    );
    const args = [`--identities=${file}`];
    const found = await ask({ args, env, identity: "none", image: image("111111111111") });
    assert.ok(found.answer !== undefined, found.message);
    assert.ok(
      found.lines.some((line) => line.includes("of profile puller")),
      found.lines.join("\n"),
    );
    const missing = await ask({ args, env, identity: "none", image: image("222222222222") });
    assert.match(missing.message, /profile missing: there is no such profile/);
    assert.equal(missing.connections.length, 0);
  });

  test("the role of a node that belongs to another cloud; without --node-identity it is an error, and nothing is sent", async () => {
    const entry = (account: string) =>
      `registries: [${account}.dkr.ecr.eu-west-1.amazonaws.com]\naws: {nodeRoleArn: "arn:aws:iam::{account}:role/pull"}`;
    const file = await identityMapFile(clouds, entry("111111111111"), entry("222222222222"));
    const own = await ask({ args: [`--identities=${file}`], image: image("111111111111") });
    assert.match(own.message, /aws\.nodeRoleArn requires --node-identity/);
    assert.equal(own.connections.length, 0);
    const args = [
      `--identities=${file}`,
      "--node-identity=google",
      "--node-role-arn=arn:aws:iam::999999999999:role/other",
    ];
    const env = await clouds.google.env("metadata");
    const { roles } = await ask({ args, env, identity: "none", image: image("222222222222") });
    assert.deepEqual(roles, [pull("222222222222")]);
  });

  test("a node identity for each registry; auto restores the node's own", async () => {
    const entry = (account: string, node: string) =>
      `registries: [${account}.dkr.ecr.eu-west-1.amazonaws.com]\naws: {node: {${node}}}`;
    const file = await identityMapFile(
      clouds,
      entry("111111111111", 'identity: google, roleArn: "arn:aws:iam::{account}:role/pull"'),
      entry("222222222222", "identity: auto"),
      entry(
        "333333333333",
        'identity: certificate, certificate: /nonexistent.pem, roleArn: "arn:aws:iam::{account}:role/pull", trustAnchorArn: "arn:aws:rolesanywhere:us-west-2:333333333333:trust-anchor/a", profileArn: "arn:aws:rolesanywhere:us-west-2:333333333333:profile/b"',
      ),
    );
    const args = [
      `--identities=${file}`,
      "--node-identity=google",
      "--node-role-arn=arn:aws:iam::999999999999:role/other",
    ];
    const env = { ...(await aws.env("imds")), ...(await clouds.google.env("metadata")) };
    const google = await ask({ args, env, image: image("111111111111") });
    assert.deepEqual(google.roles, [pull("111111111111")]);
    const own = await ask({ args, env, image: image("222222222222") });
    assert.deepEqual(own.calls.slice(0, 2), ["aws.imds Token 200", "aws.imds Role 200"], own.message);
    const certificate = await ask({ args, env, image: image("333333333333") });
    assert.match(certificate.message, /\/nonexistent\.pem/);
    assert.equal(certificate.connections.length, 0);
    const unnamed = await ask({ args, env, image: image("444444444444") });
    assert.deepEqual(unnamed.roles, ["arn:aws:iam::999999999999:role/other"]);
  });

  test("a separate STS endpoint", async () => {
    const file = await mapFile(
      `registries: ["*.dkr.ecr.*.amazonaws.com"]\naws: {roleArn: "${pull("111111111111")}", stsEndpoint: "https://sts.us-west-2.amazonaws.com"}`,
    );
    const { requests, message } = await ask({ args: [`--identities=${file}`], image: image("111111111111") });
    assert.equal(
      requests.find(({ service }) => service === "aws.sts")?.host,
      "sts.us-west-2.amazonaws.com",
      message,
    );
  });

  for (const [what, entry, place, message] of [
    [
      "an unknown field",
      "registries: [r.io]\naws: {rolArn: x}",
      "5:11",
      /unknown field "rolArn"; did you mean roleArn\?/,
    ],
    [
      "a role that is not an ARN",
      "registries: [r.io]\naws: {roleArn: pull}",
      "5:20",
      /aws\.roleArn is "pull", expected the ARN/,
    ],
    [
      "an unknown placeholder",
      'registries: [r.io]\naws: {roleArn: "arn:aws:iam::{acct}:role/x"}',
      "5:20",
      /aws\.roleArn has \{acct\} at character 14/,
    ],
    [
      "a role in a chain",
      "registries: [r.io]\naws:\n  roleChain:\n    - roleArn: nope",
      "7:20",
      /aws\.roleChain\[0\]\.roleArn is "nope"/,
    ],
    [
      "both roleArn and roleChain",
      `registries: [r.io]\naws:\n  roleArn: ${pull("111111111111")}\n  roleChain: [{roleArn: "${pull("111111111111")}"}]`,
      "6:16",
      /cannot be combined with roleChain/,
    ],
    [
      "an external ID without a role",
      "registries: [r.io]\naws: {externalId: partner}",
      "5:23",
      /requires roleArn/,
    ],
    [
      "an unknown node identity",
      "registries: [r.io]\naws: {node: {identity: gcp}}",
      "5:28",
      /aws\.node\.identity is "gcp", expected auto, aws, azure, google or certificate/,
    ],
    [
      "a setting without effect for the node's identity",
      "registries: [r.io]\naws:\n  node:\n    identity: google\n    managedIdentity: x\n    roleArn: pull",
      "8:26",
      /aws\.node\.managedIdentity requires aws\.node\.identity azure, not google$/,
    ],
    [
      "a node's identity without its role",
      "registries: [r.io]\naws: {node: {identity: google}}",
      "5:28",
      /: aws\.node\.identity google needs aws\.node\.roleArn/,
    ],
    [
      "a node's role that is not an ARN",
      "registries: [r.io]\naws: {node: {identity: google, roleArn: pull}}",
      "5:45",
      /aws\.node\.roleArn is "pull", expected the ARN/,
    ],
    [
      "a hardware key",
      'registries: [r.io]\naws: {node: {identity: certificate, certificate: "pkcs11:token=x"}}',
      "5:54",
      /aws\.node\.certificate is a PKCS#11 URI, which is not supported/,
    ],
    [
      "two roles for the node",
      `registries: [r.io]\naws: {nodeRoleArn: "${pull("111111111111")}", node: {identity: google, roleArn: "${pull("111111111111")}"}}`,
      "5:24",
      /aws\.nodeRoleArn cannot be combined with node: write it as node\.roleArn/,
    ],
    [
      "an endpoint that is not a URL",
      "registries: [r.io]\naws: {stsEndpoint: vpce}",
      "5:24",
      /expected a URL/,
    ],
    [
      "another cloud's part with a wrong type",
      "registries: [r.io]\nazure: [x]",
      "5:12",
      /azure is a list, expected a mapping/,
    ],
  ] as const) {
    test(`an invalid file fails every image before anything is sent: ${what}`, async () => {
      const file = await mapFile(entry);
      const { answer, message: said, connections } = await ask({ args: [`--identities=${file}`] });
      assert.equal(answer, undefined);
      assert.ok(said.startsWith(`${file}:${place}: `), said);
      assert.match(said, message);
      assert.equal(connections.length, 0);
    });
  }

  test("a missing file fails every image", async () => {
    const { message, connections } = await ask({ args: ["--identities=/nonexistent/map.yaml"] });
    assert.equal(message, "reading the identity map /nonexistent/map.yaml: no such file");
    assert.equal(connections.length, 0);
  });
});

test("mirrors that differ by their paths are cached per image", async () => {
  const target = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
  const args = [`--registry=mirror.test=${target}`, `--registry=mirror.test/team=public.ecr.aws`];
  const { answer, message } = await ask({ args, image: "mirror.test/other/app" });
  assert.equal(answer?.cacheKeyType, "Image", message);
});
