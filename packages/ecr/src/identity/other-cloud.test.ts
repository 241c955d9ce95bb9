import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { answered, askPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { OptionsError } from "@imagecred/protocol";
import { ecr } from "../provider.ts";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { aws } = clouds.federation;

const onGoogle = async () => await clouds.google.env("metadata");
const onAzure = async () => await clouds.azure.env("user-assigned-client-id");

const ECR_OK = "aws.ecr GetAuthorizationToken 200";
const STS = "aws.sts AssumeRoleWithWebIdentity";
/** The managed identity that the fake federation trusts. */
const KUBELET = clouds.azure.population("public").machine[1]?.app;

describe("a Compute Engine instance", () => {
  const google = ["--node-identity=google", `--node-audience=${aws.audience}`];

  test("exchanges its identity token at STS, and calls ECR with the role that trusts it", async () => {
    const { calls, requests } = await answered(ecr, clouds, {
      args: [...google, `--node-role-arn=${aws.gceRole}`],
      env: await onGoogle(),
    });
    assert.deepEqual(calls, ["google.metadata identity 200", `${STS} 200`, ECR_OK]);
    const query = new URLSearchParams(requests[0]?.query);
    assert.equal(query.get("audience"), aws.audience);
    assert.equal(query.get("format"), "full");
    assert.equal(requests[1]?.headers["authorization"], undefined);
  });

  test("chains to another account's role after that", async () => {
    const { calls } = await askPlugin(ecr, clouds, {
      args: [...google, `--node-role-arn=${aws.gceRole}`, "--role-arn=arn:aws:iam::210987654321:role/none"],
      env: await onGoogle(),
    });
    assert.equal(calls.at(-1), "aws.sts AssumeRole 403");
  });

  test("a role that does not trust it: the required trust policy, with this token's values", async () => {
    const { message } = await askPlugin(ecr, clouds, {
      args: ["--node-identity=google", "--node-audience=elsewhere", `--node-role-arn=${aws.gceRole}`],
      env: await onGoogle(),
    });
    assert.match(message, /status 403, AccessDenied: .*; let the trust policy of \S+gce-node allow/);
    assert.match(
      message,
      /federated principal accounts\.google\.com, .*accounts\.google\.com:aud \d+, accounts\.google\.com:oaud elsewhere, accounts\.google\.com:sub \d+/,
    );
  });

  test("a service account that the instance does not have", async () => {
    const { message, calls } = await askPlugin(ecr, clouds, {
      args: [...google, "--node-service-account=x@y.example", `--node-role-arn=${aws.gceRole}`],
      env: await onGoogle(),
    });
    assert.deepEqual(calls, ["google.metadata identity 404"]);
    assert.match(
      message,
      /service account x@y\.example: status 404 .*; the instance has no such service account/,
    );
  });
});

describe("an Azure machine", () => {
  const args = (audience: string, role = aws.azureRole) => [
    "--node-identity=azure",
    `--node-audience=${audience}`,
    `--node-managed-identity=${KUBELET?.clientId}`,
    `--node-role-arn=${role}`,
  ];

  test("exchanges its managed identity's token at STS", async () => {
    const { calls } = await answered(ecr, clouds, {
      args: args(aws.managedIdentityAudience),
      env: await onAzure(),
    });
    assert.deepEqual(calls, ["azure.imds Token 200", `${STS} 200`, ECR_OK]);
  });

  test("an issuer that is unknown in the account: the provider to create", async () => {
    const { message } = await askPlugin(ecr, clouds, {
      args: args(clouds.federation.google.managedIdentityAudience),
      env: await onAzure(),
    });
    assert.match(
      message,
      /InvalidIdentityToken.*; create an IAM OIDC identity provider for https:\/\/sts\.windows\.net\/\S+ in account \d{12}, with the client ID api:\/\/imagecred-google/,
    );
  });

  test("an audience that is unknown to Entra ID", async () => {
    const { message, calls } = await askPlugin(ecr, clouds, {
      args: args("api://nothing"),
      env: await onAzure(),
    });
    assert.deepEqual(calls, ["azure.imds Token 400"]);
    assert.match(message, /no application with the ID URI api:\/\/nothing .*--node-audience/);
  });
});

test("conflicting flags are rejected before anything is sent", async () => {
  for (const [args, said] of [
    [["--node-identity=gcp"], /--node-identity is "gcp", expected auto, aws, azure, google or certificate/],
    [["--node-identity=google"], /--node-identity google needs --node-role-arn/],
    [
      ["--node-role-arn=arn:aws:iam::123456789012:role/x"],
      /--node-role-arn requires --node-identity azure or/,
    ],
    [
      ["--node-identity=google", "--node-role-arn=pull"],
      /--node-role-arn is "pull", expected the ARN of a role/,
    ],
    [
      ["--node-identity=azure", "--node-role-arn=arn:aws:iam::123456789012:role/x"],
      /--node-identity azure needs --node-audience: the application ID URI/,
    ],
    [
      ["--node-identity=google", "--node-managed-identity=x"],
      /--node-managed-identity requires --node-identity azure, not google/,
    ],
    [
      ["--node-identity=google", "--node-service-account=a/b"],
      /--node-service-account is|needs --node-role-arn/,
    ],
  ] as const) {
    const { error, message, calls } = await askPlugin(ecr, clouds, { args: [...args] });
    assert.ok(error instanceof OptionsError);
    assert.match(message, said);
    assert.deepEqual(calls, []);
  }
});

describe("a node in another cloud, without --node-identity", () => {
  for (const [cloud, word, endpoint] of [
    [
      "Google Cloud",
      "google",
      async () => `http://${(await clouds.google.env("metadata"))["GCE_METADATA_HOST"]}`,
    ],
    [
      "Azure",
      "azure",
      async () => (await clouds.azure.env("managed-identity"))["AZURE_POD_IDENTITY_AUTHORITY_HOST"],
    ],
  ] as const) {
    test(`${cloud}'s metadata server responds: the setting to use`, async () => {
      const env = {
        AWS_EC2_METADATA_DISABLED: "false",
        AWS_EC2_METADATA_SERVICE_ENDPOINT: (await endpoint()) ?? "",
      };
      const { message } = await askPlugin(ecr, clouds, { env, identity: "none" });
      assert.match(
        message,
        new RegExp(`not EC2's\\); this node is in ${cloud}: set --node-identity=${word} `),
      );
    });
  }

  test("no metadata server: how to name another identity", async () => {
    const env = {
      AWS_EC2_METADATA_DISABLED: "false",
      AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:9",
    };
    const { message } = await askPlugin(ecr, clouds, { env, identity: "none" });
    assert.match(message, /none found; .*; outside AWS, set --node-identity/);
  });
});
