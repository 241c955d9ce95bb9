import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { request } from "node:https";
import { after, describe, test } from "node:test";
import { runFile } from "@imagecred/workspace";
import { createLocalJWKSet, jwtVerify } from "jose";
import { startClouds } from "../clouds.ts";
import { ClientAuthority, type IssuedCertificate } from "../core/client-authority.ts";
import { agentFor, call } from "../testing/client.ts";
import { mapAttributes } from "./attributes.ts";

const clouds = await startClouds();
after(() => clouds.close());
const { google, azure, federation } = clouds;
const POOL = google.provider("x").replace(/\/providers\/x$/, "");
let files = 0;

/** Runs Google's own library with a credential file against the fakes. */
async function withGoogleAuth(file: object, env: Readonly<Record<string, string>> = {}) {
  files++;
  const path = await clouds.core.writeFile(`google-${files}.json`, JSON.stringify(file));
  const result = await runFile(process.execPath, {
    args: [new URL("../testing/google-auth.mjs", import.meta.url).pathname],
    env: {
      ...clouds.networkEnv(),
      NODE_EXTRA_CA_CERTS: clouds.core.caFile,
      NO_PROXY: "127.0.0.1",
      // Otherwise the library looks up the project in an API that the fakes do not have.
      GOOGLE_CLOUD_PROJECT: google.projectId,
      GOOGLE_APPLICATION_CREDENTIALS: path,
      PATH: "/usr/bin:/bin",
      ...env,
    },
  });
  return { ...result, grant: await google.check(result.stdout) };
}

function external(provider: string, type: string, source: object, more: object = {}) {
  return {
    type: "external_account",
    audience: `//iam.googleapis.com/${provider}`,
    subject_token_type: type,
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: source,
    ...more,
  };
}

const JWT = "urn:ietf:params:oauth:token-type:jwt";
const IMPERSONATION = {
  service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${google.email("puller")}:generateAccessToken`,
};

describe("google-auth-library gets tokens", () => {
  test("for a managed identity, from IMDS by URL, and impersonates a service account", async () => {
    const resource = encodeURIComponent(federation.google.managedIdentityAudience);
    const { clientId } = azure.population().machine[1].app;
    const source = {
      url: `${azure.imdsOrigin}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}&client_id=${clientId}`,
      headers: { Metadata: "True" },
      format: { type: "json", subject_token_field_name: "access_token" },
    };
    const file = external(federation.google.azureProvider, JWT, source, IMPERSONATION);
    const { grant, stderr } = await withGoogleAuth(file);
    assert.equal(grant?.principal, `serviceAccount:${google.email("puller")}`, stderr);
  });

  test("for an EC2 role, by signing a request that AWS STS verifies", async () => {
    const { grant, stderr } = await withGoogleAuth(
      external(google.provider("aws"), "urn:ietf:params:aws:token-type:aws4_request", {
        environment_id: "aws1",
        region_url: `${clouds.aws.origins.imds}/latest/meta-data/placement/availability-zone`,
        url: `${clouds.aws.origins.imds}/latest/meta-data/iam/security-credentials`,
        imdsv2_session_token_url: `${clouds.aws.origins.imds}/latest/api/token`,
        regional_cred_verification_url:
          "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
      }),
    );
    assert.match(grant?.principal ?? stderr, /subject\/arn:aws:sts::123456789012:assumed-role\/node\/i-/);
    assert.ok(
      grant?.sets?.includes(
        `principalSet://iam.googleapis.com/${POOL}/attribute.aws_role/arn:aws:sts::123456789012:assumed-role/node`,
      ),
      String(grant?.sets),
    );
  });

  test("from a file with a token from the AWS account's issuer", async () => {
    const { principal } = clouds.aws.iam.startSession(clouds.aws.roleArn("node"), "i-1", 900);
    const audiences = [`https://iam.googleapis.com/${federation.google.awsOidcProvider}`];
    const { token } = await clouds.aws.outbound.issue({
      principal,
      audiences,
      algorithm: "ES384",
      seconds: 300,
      tags: {},
      region: "us-west-2",
    });
    const file = await clouds.core.writeFile("aws-token", token);
    const { grant, stderr } = await withGoogleAuth(
      external(federation.google.awsOidcProvider, JWT, { file }, IMPERSONATION),
    );
    assert.equal(grant?.principal, `serviceAccount:${google.email("puller")}`, stderr);
  });
});

interface Exchanged {
  readonly status: number;
  readonly error?: string;
  readonly error_description?: string;
  readonly access_token?: string;
}

/** One exchange over mutual TLS, by hand. @param shown the handshake's certificate, if not the subject token's */
function exchange(
  issued: IssuedCertificate,
  { shown = issued as IssuedCertificate | "none", host = "sts.mtls.googleapis.com" } = {},
) {
  const pems = `${issued.certificatePem}${issued.chainPem}`.match(
    /-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g,
  );
  const ders = (pems ?? []).map((pem) => pem.replace(/-----[^-]*-----|\s/g, ""));
  const body = new URLSearchParams({
    audience: `//iam.googleapis.com/${federation.google.x509Provider}`,
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    scope: "https://www.googleapis.com/auth/cloud-platform",
    subject_token: JSON.stringify(ders),
    subject_token_type: "urn:ietf:params:oauth:token-type:mtls",
  }).toString();
  const agent = agentFor(clouds.core);
  return new Promise<Exchanged>((resolve, reject) => {
    const sent = request(
      `https://${host}/v1/token`,
      {
        method: "POST",
        agent,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        ...(shown === "none" ? {} : { cert: shown.certificatePem, key: shown.privateKeyPem }),
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, ...JSON.parse(text) }));
      },
    );
    sent.on("error", reject).end(body);
  });
}

describe("X.509 federation", () => {
  const { authority } = federation;

  test("accepts a certificate of the trust anchor, with and without an intermediate, and maps its attributes", async () => {
    for (const issuer of [authority, await authority.intermediate()]) {
      const { access_token = "", ...rest } = await exchange(await issuer.issue());
      const grant = await google.check(access_token);
      assert.equal(
        grant?.principal,
        `principal://iam.googleapis.com/${POOL}/subject/system:node:node-1`,
        JSON.stringify(rest),
      );
      assert.ok(grant?.sets?.some((set) => set.endsWith("/attribute.organization/system:nodes")));
    }
  });

  test("rejects a missing or different handshake certificate, another CA's, an expired one, and one that fails the condition", async () => {
    const good = await authority.issue();
    const stranger = await ClientAuthority.create(clouds.secrets);
    const cases: readonly (readonly [Promise<Exchanged>, string, RegExp])[] = [
      [exchange(good, { shown: "none" }), "invalid_grant", /No client certificate/],
      [
        exchange(good, { host: "sts.googleapis.com", shown: "none" }),
        "invalid_grant",
        /No client certificate/,
      ],
      [exchange(good, { shown: await authority.issue() }), "invalid_grant", /not that of the mutual TLS/],
      [exchange(await stranger.issue()), "invalid_grant", /does not lead to a trust anchor/],
      [exchange(await authority.issue({ flaw: "expired" })), "invalid_grant", /validity period/],
      [
        exchange(await authority.issue({ subject: "CN=x,O=others" })),
        "unauthorized_client",
        /attribute condition/,
      ],
    ];
    for (const [answer, error, description] of cases) {
      const { error: code, error_description = "" } = await answer;
      assert.equal(code, error);
      assert.match(error_description, description);
    }
  });
});

test("accounts.google.com publishes the keys that verify an instance's identity token", async () => {
  const agent = agentFor(clouds.core);
  const url = "https://accounts.google.com/.well-known/openid-configuration";
  const discovery = JSON.parse((await call(url, { agent })).body);
  const keys = createLocalJWKSet(JSON.parse((await call(discovery.jwks_uri, { agent })).body));
  const path = "/computeMetadata/v1/instance/service-accounts/default/identity";
  const headers = { "metadata-flavor": "Google" };
  const ask = (query: string) => call(`${google.origins.metadata}${path}?${query}`, { headers });
  const options = { issuer: "https://accounts.google.com", audience: "https://a.example" };
  const { payload } = await jwtVerify((await ask("audience=https://a.example")).body, keys, options);
  assert.equal(payload.sub, google.uniqueId("node"));
  assert.equal(payload["azp"], payload.sub);
  assert.equal(payload["google"], undefined);
  const full = await jwtVerify((await ask("audience=https://a.example&format=full")).body, keys, options);
  assert.equal(full.payload["email"], google.email("node"));
  assert.equal((await ask("format=full")).status, 400);
});

test("clusters' issuers publish their keys, except the one on a private network", async () => {
  const agent = agentFor(clouds.core);
  for (const cluster of Object.values(clouds.clusters).filter(({ readable }) => readable)) {
    const url = `${cluster.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
    const discovery = JSON.parse((await call(url, { agent })).body);
    assert.equal(discovery.issuer, cluster.issuer);
    const keys = createLocalJWKSet(JSON.parse((await call(discovery.jwks_uri, { agent })).body));
    await jwtVerify(await cluster.issueServiceAccountToken({ audience: "a" }), keys, { audience: "a" });
  }
  const { issuer } = clouds.clusters.private;
  await assert.rejects(call(`${issuer}/.well-known/openid-configuration`, { agent }));
});

test("attribute mappings: fields, conditionals and extract, as in Google's documentation", () => {
  const assertion = {
    sub: "repo:octo/app:ref:refs/heads/main",
    arn: "arn:aws:sts::1:assumed-role/node/i-1",
    groups: ["a", "b"],
    "kubernetes.io": { namespace: "default" },
  };
  const map = (expression: string) => mapAttributes({ "google.subject": expression }, assertion)?.subject;
  assert.equal(map("assertion.sub"), assertion.sub);
  assert.equal(map("assertion['kubernetes.io']['namespace']"), "default");
  assert.equal(map("assertion.arn.extract('assumed-role/{role}/')"), "node");
  assert.equal(map("assertion.arn.contains('assumed-role') ? 'role' : 'user'"), "role");
  assert.equal(map("'repo::' + assertion.sub"), `repo::${assertion.sub}`);
  assert.equal(map("assertion.missing"), undefined);
  assert.equal(map("'x'.extract('a/{b}') + 'y'"), "y");
  const long = createHash("sha512").update("x").digest("hex");
  assert.equal(mapAttributes({ "google.subject": `'${long}'` }, assertion), undefined, "127 bytes at most");
  const groups = mapAttributes(
    { "google.subject": "assertion.sub", "google.groups": "assertion.groups" },
    assertion,
  );
  assert.deepEqual(groups?.groups, ["a", "b"]);
});
