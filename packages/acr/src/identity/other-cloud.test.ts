import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { answered, askPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { OptionsError } from "@imagecred/protocol";
import { acr } from "../provider.ts";
import { formSent } from "../testing/requests.ts";

const clouds = await startClouds();
after(() => clouds.close());
beforeEach(() => clouds.reset());
const { application, multitenant } = clouds.federation.azure;
const [, kubelet] = clouds.azure.population("public").machine;

const ENTRA_OK = "azure.entra Token 200";
const ACR_OK = "azure.acr Exchange 200";
const IMDS = ["aws.imds Token 200", "aws.imds Role 200", "aws.imds Credentials 200"];
/** In the session of the role's request. */
const REGION = ["aws.imds Metadata 200"];

/** The arguments of a node with an application in the public tenant. */
const args = (word: string, clientId = application.clientId, tenant = application.tenant) => [
  `--node-identity=${word}`,
  `--node-client-id=${clientId}`,
  `--tenant-id=${tenant}`,
];

describe("an EC2 instance", () => {
  test("exchanges STS's token at Entra ID; the region comes from its metadata", async () => {
    const { calls, requests } = await answered(acr, clouds, {
      args: args("aws"),
      env: await clouds.aws.env("imds"),
    });
    assert.deepEqual(calls, [...IMDS, ...REGION, "aws.sts GetWebIdentityToken 200", ENTRA_OK, ACR_OK]);
    const asked = new URLSearchParams(requests[4]?.body.toString());
    assert.equal(requests[4]?.host, "sts.us-west-2.amazonaws.com");
    assert.equal(asked.get("Audience.member.1"), "api://AzureADTokenExchange");
    assert.equal(asked.get("SigningAlgorithm"), "RS256");
    assert.equal(formSent(clouds, "azure.entra")["client_id"], application.clientId);
  });

  test("any other AWS identity works, and AWS_REGION sets the region", async () => {
    const { calls, requests, message } = await askPlugin(acr, clouds, {
      args: args("aws"),
      env: { ...(await clouds.aws.env("static")), AWS_REGION: "eu-west-1" },
    });
    assert.equal(calls[0], "aws.sts GetWebIdentityToken 200");
    assert.equal(requests[0]?.host, "sts.eu-west-1.amazonaws.com");
    // The application trusts the instance's role only.
    assert.match(
      message,
      /AADSTS700213.*; add to application \S+ a federated credential with issuer https:\/\/\S+\.tokens\.sts\.global\.api\.aws, subject arn:aws:iam::\d+:user\/\w+ and audience api:\/\/AzureADTokenExchange/,
    );
  });

  test("an account without outbound federation: how to enable it", async () => {
    const body =
      "<ErrorResponse><Error><Type>Sender</Type><Code>OutboundWebIdentityFederationDisabled</Code><Message>disabled</Message></Error><RequestId>r-1</RequestId></ErrorResponse>";
    const reply = { status: 403, headers: { "content-type": "text/xml" }, body };
    await clouds.faults.add({ service: "aws.sts", fault: { kind: "answer", reply } });
    const { message } = await askPlugin(acr, clouds, {
      args: args("aws"),
      env: { ...(await clouds.aws.env("static")), AWS_REGION: "eu-west-1" },
    });
    assert.match(
      message,
      /GetWebIdentityToken\) as .*OutboundWebIdentityFederationDisabled: disabled \(request id r-1\); run in the node's account: aws iam enable-outbound-web-identity-federation/,
    );
  });

  test("no identity: every source that was tried, with the reason", async () => {
    const { message } = await askPlugin(acr, clouds, {
      args: args("aws"),
      env: await clouds.aws.env("none"),
    });
    assert.match(
      message,
      /tried --node-identity aws \(environment variables: AWS_ACCESS_KEY_ID is not set; profile: /,
    );
  });

  test("no region: the variable to set", async () => {
    const { message } = await askPlugin(acr, clouds, {
      args: args("aws"),
      env: { ...(await clouds.aws.env("static")), AWS_REGION: "", AWS_EC2_METADATA_DISABLED: "true" },
    });
    assert.match(message, /AWS_REGION is not set, and AWS_EC2_METADATA_DISABLED is true; set AWS_REGION/);
  });
});

test("a Compute Engine instance exchanges its identity token at Entra ID", async () => {
  const { calls, requests } = await answered(acr, clouds, {
    args: args("google"),
    env: await clouds.google.env("metadata"),
  });
  assert.deepEqual(calls, ["google.metadata identity 200", ENTRA_OK, ACR_OK]);
  const query = new URLSearchParams(requests[0]?.query);
  assert.equal(query.get("audience"), "api://AzureADTokenExchange");
});

describe("a managed identity as a federated credential", () => {
  const partner = clouds.azure.population("partner").node.tenant;
  const image = "partnerreg.azurecr.io/app";
  const identity = `--node-managed-identity=${kubelet?.app.clientId}`;

  test("gets a token of another tenant, without a secret", async () => {
    const { calls } = await answered(acr, clouds, {
      args: [...args("azure", multitenant.clientId, partner), identity],
      env: await clouds.azure.env("managed-identity"),
      image,
    });
    assert.deepEqual(calls, ["azure.imds Token 200", ENTRA_OK, ACR_OK]);
    assert.equal(formSent(clouds, "azure.acr")["tenant"], partner);
  });

  test("in a tenant where the application is not installed, Entra ID's code says so", async () => {
    const { message } = await askPlugin(acr, clouds, {
      args: [...args("azure", application.clientId, partner), identity],
      env: await clouds.azure.env("managed-identity"),
      image,
    });
    assert.match(
      message,
      /AADSTS700016.*; check the client id, and that the application exists in this tenant/,
    );
  });
});

test("conflicting flags are rejected before anything is sent", async () => {
  for (const [words, said] of [
    [["--node-identity=aws"], /--node-identity aws needs --node-client-id/],
    [["--node-identity=aws", "--node-client-id=app"], /--node-client-id is "app", expected the GUID/],
    [
      ["--node-client-id=x"],
      /--node-client-id requires --node-identity aws or azure or google or certificate/,
    ],
    [["--node-identity=azure", "--node-audience=x"], /--node-audience has no effect here/],
    [["--node-role-arn=x"], /unknown flag --node-role-arn/],
  ] as const) {
    const { error, message, calls } = await askPlugin(acr, clouds, { args: [...words] });
    assert.ok(error instanceof OptionsError);
    assert.match(message, said);
    assert.deepEqual(calls, []);
  }
  const { message } = await askPlugin(acr, clouds, {
    args: ["--node-identity=aws", `--node-client-id=${application.clientId}`],
  });
  assert.match(message, /the tenant of the registry is not known; set --tenant-id/);
});

test("a certificate of the node, in one file with its key and in two files", async () => {
  const { node } = clouds.azure.population();
  const env = await clouds.azure.env("client-certificate");
  const path = env["AZURE_CLIENT_CERTIFICATE_PATH"] ?? "";
  const pem = await readFile(path, "utf8");
  const [key = ""] =
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*-----END [A-Z ]*PRIVATE KEY-----\n?/.exec(pem) ?? [];
  const directory = await mkdtemp(join(tmpdir(), "imagecred-"));
  after(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "key.pem"), key);
  await writeFile(join(directory, "cert.pem"), pem.replace(key, ""));
  const words = args("certificate", node.clientId, node.tenant);
  for (const files of [
    [`--node-certificate=${path}`],
    [`--node-certificate=${directory}/cert.pem`, `--node-private-key=${directory}/key.pem`],
  ]) {
    const { calls } = await answered(acr, clouds, {
      args: [...words, ...files],
      env: await clouds.azure.env("none"),
    });
    assert.deepEqual(calls, [ENTRA_OK, ACR_OK]);
  }
});

describe("a node in another cloud, without --node-identity", () => {
  for (const [cloud, word, endpoint] of [
    [
      "Google Cloud",
      "google",
      async () => `http://${(await clouds.google.env("metadata"))["GCE_METADATA_HOST"]}`,
    ],
    ["AWS", "aws", async () => (await clouds.aws.env("imds"))["AWS_EC2_METADATA_SERVICE_ENDPOINT"]],
  ] as const) {
    test(`${cloud}'s metadata server responds: the setting to use, at once`, async () => {
      const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: (await endpoint()) ?? "" };
      const { message, requests } = await askPlugin(acr, clouds, { env });
      assert.match(message, new RegExp(`; this node is in ${cloud}: set --node-identity=${word} `));
      assert.equal(requests.length, 1);
    });
  }

  test("no metadata server: how to name another identity", async () => {
    const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:9" };
    const { message } = await askPlugin(acr, clouds, { env });
    assert.match(
      message,
      /if this is not an Azure virtual machine, set --node-identity, or configure another/,
    );
    const wrong = await askPlugin(acr, clouds, { args: args("azure"), env });
    assert.match(wrong.message, /if this is not an Azure virtual machine, correct --node-identity/);
  });
});
