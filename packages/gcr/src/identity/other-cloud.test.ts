import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { answered, askPlugin, identityMapFile, passwordOf } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { OptionsError } from "@imagecred/protocol";
import { gcr } from "../provider.ts";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { google, federation } = clouds;
const [, kubelet] = clouds.azure.population("public").machine;

const STS_OK = "google.sts Token 200";
const IAM_OK = "google.iamcredentials GenerateAccessToken 200";
const puller = `--impersonate-service-account=${google.email("puller")}`;

/** Runs the plugin on a node without Google's metadata server. @returns the owner of the password */
async function principal(args: readonly string[], env: Record<string, string>) {
  const { answer, calls } = await answered(gcr, clouds, {
    args: [...args],
    env: { ...(await google.env("none")), ...env },
  });
  return { principal: (await google.check(passwordOf(answer)))?.principal, calls };
}

describe("an AWS node", () => {
  const args = ["--node-identity=aws", `--node-workload-identity-provider=${google.provider("aws")}`];

  test("sends Google a request signed by its instance's role", async () => {
    const { principal: who, calls } = await principal([...args, puller], await clouds.aws.env("imds"));
    assert.equal(who, `serviceAccount:${google.email("puller")}`);
    assert.deepEqual(calls.slice(-2), [STS_OK, IAM_OK]);
    assert.deepEqual(calls.slice(0, 3), [
      "aws.imds Token 200",
      "aws.imds Role 200",
      "aws.imds Credentials 200",
    ]);
  });

  test("may use any other AWS identity; without a service account, it is the pool's principal", async () => {
    const { principal: who, calls } = await principal(args, {
      ...(await clouds.aws.env("static")),
      AWS_REGION: "us-east-1",
    });
    assert.deepEqual(calls, [STS_OK]);
    assert.match(who ?? "", /^principal:\/\/iam\.googleapis\.com\/.*workloadIdentityPools/);
  });

  test("a provider for another account: the settings to check", async () => {
    const { message } = await askPlugin(gcr, clouds, {
      args: ["--node-identity=aws", `--node-workload-identity-provider=${federation.google.azureProvider}`],
      env: { ...(await google.env("none")), ...(await clouds.aws.env("static")), AWS_REGION: "us-east-1" },
    });
    assert.match(
      message,
      /^exchanging the AWS identity of this node \(access key \w+ of the environment\) at Google STS \(\/\/iam\.googleapis\.com\/projects/,
    );
  });

  test("with --node-audience, STS's token for an OIDC provider of the pool", async () => {
    const provider = federation.google.awsOidcProvider;
    const { principal: who, calls } = await principal(
      [
        "--node-identity=aws",
        `--node-workload-identity-provider=${provider}`,
        `--node-audience=https://iam.googleapis.com/${provider}`,
        puller,
      ],
      await clouds.aws.env("imds"),
    );
    assert.ok(calls.includes("aws.sts GetWebIdentityToken 200"));
    assert.equal(who, `serviceAccount:${google.email("puller")}`);
  });
});

describe("an Azure machine", () => {
  const args = (audience = federation.google.managedIdentityAudience) => [
    "--node-identity=azure",
    `--node-managed-identity=${kubelet?.app.clientId}`,
    `--node-audience=${audience}`,
    `--node-workload-identity-provider=${federation.google.azureProvider}`,
    puller,
  ];

  test("sends Google its managed identity's token", async () => {
    const { principal: who, calls } = await principal(args(), await clouds.azure.env("managed-identity"));
    assert.deepEqual(calls, ["azure.imds Token 200", STS_OK, IAM_OK]);
    assert.equal(who, `serviceAccount:${google.email("puller")}`);
  });

  test("an audience that the provider does not allow: the advice has the token's values", async () => {
    const { message } = await askPlugin(gcr, clouds, {
      args: args(federation.aws.managedIdentityAudience),
      env: { ...(await google.env("none")), ...(await clouds.azure.env("managed-identity")) },
    });
    assert.match(
      message,
      /at Google STS \(.*\): status 400 .*; the pool's provider must have the issuer https:\/\/sts\.windows\.net\/\S+, allow the audience api:\/\/imagecred-aws/,
    );
  });
});

describe("a certificate", () => {
  const { authority } = federation;
  let files = 0;

  async function args(issued: Awaited<ReturnType<typeof authority.issue>>) {
    const write = (name: string, text: string) => clouds.core.writeFile(`x509-${++files}-${name}`, text);
    return [
      "--node-identity=certificate",
      `--node-workload-identity-provider=${federation.google.x509Provider}`,
      `--node-certificate=${await write("certificate.pem", issued.certificatePem + issued.privateKeyPem)}`,
      ...(issued.chainPem === ""
        ? []
        : [`--node-intermediates=${await write("chain.pem", issued.chainPem)}`]),
    ];
  }

  test("is presented by mutual TLS, with a key of each kind, with and without an intermediate", async () => {
    for (const issuer of [authority, await authority.intermediate()]) {
      for (const key of ["RSA", "P-256", "P-384"] as const) {
        const { principal: who, calls } = await principal(await args(await issuer.issue({ key })), {});
        assert.deepEqual(calls, [STS_OK]);
        assert.match(who ?? "", /\/subject\/system:node:node-1$/);
      }
    }
    assert.ok(clouds.connections.some(({ serverName }) => serverName === "sts.mtls.googleapis.com"));
  });

  test("is presented to a private endpoint, if a flag or the map names one", async () => {
    const url = "https://sts-internal.p.googleapis.com";
    const issued = await args(await authority.issue());
    const map = await identityMapFile(
      clouds,
      `registries: ["*.pkg.dev"]\ngoogle: {stsMtlsEndpoint: "${url}/"}`,
    );
    for (const more of [`--sts-mtls-endpoint=${url}`, `--identities=${map}`]) {
      clouds.reset();
      const { calls } = await principal([...issued, more], {});
      assert.deepEqual(calls, [STS_OK]);
      assert.deepEqual(
        clouds.requests.map(({ host }) => host),
        ["sts-internal.p.googleapis.com"],
      );
    }
    const { message } = await askPlugin(gcr, clouds, {
      args: [...issued, "--sts-mtls-endpoint=https://sts.example.com"],
    });
    assert.match(
      message,
      /--sts-mtls-endpoint is "https:\/\/sts\.example\.com", expected an endpoint of sts\.googleapis\.com/,
    );
  });

  test("from an unknown authority, or without its intermediate: the settings to check", async () => {
    const intermediate = await authority.intermediate();
    const { message } = await askPlugin(gcr, clouds, {
      args: await args({ ...(await intermediate.issue()), chainPem: "" }),
      env: await google.env("none"),
    });
    assert.match(
      message,
      /^exchanging the certificate in \S+ at Google STS .*; check that the provider's trust store.*--node-intermediates/,
    );
  });
});

test("conflicting flags are rejected before anything is sent", async () => {
  const provider = `--node-workload-identity-provider=${google.provider("aws")}`;
  for (const [args, said] of [
    [["--node-identity=aws"], /--node-identity aws needs --node-workload-identity-provider/],
    [["--node-identity=azure", provider], /--node-identity azure needs --node-audience/],
    [
      ["--node-identity=aws", "--node-workload-identity-provider=pool"],
      /is "pool", expected projects\/NUMBER/,
    ],
    [["--node-identity=google", provider], /--node-workload-identity-provider requires/],
    [["--node-identity=google", "--node-audience=x"], /--node-audience has no effect here/],
    [["--node-identity=certificate", provider], /--node-identity certificate needs --node-certificate/],
  ] as const) {
    const { error, message, calls } = await askPlugin(gcr, clouds, { args: [...args] });
    assert.ok(error instanceof OptionsError);
    assert.match(message, said);
    assert.deepEqual(calls, []);
  }
});

describe("a node in another cloud, without --node-identity", () => {
  for (const [cloud, word, endpoint] of [
    ["AWS", "aws", async () => (await clouds.aws.env("imds"))["AWS_EC2_METADATA_SERVICE_ENDPOINT"]],
    [
      "Azure",
      "azure",
      async () => (await clouds.azure.env("managed-identity"))["AZURE_POD_IDENTITY_AUTHORITY_HOST"],
    ],
  ] as const) {
    test(`${cloud}'s metadata server responds: the setting to use`, async () => {
      const env = { GCE_METADATA_HOST: ((await endpoint()) ?? "").replace("http://", "") };
      const { message } = await askPlugin(gcr, clouds, { env });
      assert.match(message, new RegExp(`; this node is in ${cloud}: set --node-identity=${word} `));
    });
  }

  test("no metadata server: how to name another identity", async () => {
    const { message } = await askPlugin(gcr, clouds, { env: { GCE_METADATA_HOST: "127.0.0.1:9" } });
    assert.match(message, /elsewhere set --node-identity or GOOGLE_APPLICATION_CREDENTIALS/);
  });
});
