import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { answered, askPlugin, passwordOf } from "@imagecred/e2e";
import { type Clouds, type GoogleIdentity, startClouds } from "@imagecred/fake-clouds";
import { gcr } from "../index.ts";
import { nodeKeys } from "../registry.ts";
import { DEFAULT_UNIVERSE } from "../universe.ts";

let clouds: Clouds;
before(async () => {
  clouds = await startClouds();
});
after(async () => {
  assert.deepEqual(clouds.defects, []);
  await clouds.close();
});

/** The account of each identity of the node, and the requests for its token. */
const IDENTITIES: Readonly<
  Partial<Record<GoogleIdentity, { readonly principal: RegExp; readonly calls: readonly string[] }>>
> = {
  metadata: { principal: /^serviceAccount:node@/, calls: ["google.metadata token 200"] },
  "service-account-key": { principal: /^serviceAccount:node@/, calls: ["google.oauth2 JwtBearer 200"] },
  "gcloud-adc": { principal: /^user:dev@/, calls: ["google.oauth2 RefreshToken 200"] },
  "authorized-user": { principal: /^user:dev@/, calls: ["google.oauth2 RefreshToken 200"] },
  "impersonated-service-account": {
    principal: /^serviceAccount:puller@/,
    calls: ["google.oauth2 JwtBearer 200", "google.iamcredentials GenerateAccessToken 200"],
  },
  "external-account-file": {
    principal:
      /^principal:\/\/iam\.googleapis\.com\/.*\/pool\/subject\/system:serviceaccount:default:default$/,
    calls: ["google.sts Token 200"],
  },
  "external-account-url": {
    principal:
      /^principal:\/\/iam\.googleapis\.com\/.*\/pool\/subject\/system:serviceaccount:default:default$/,
    calls: ["google.token-source Token 200", "google.sts Token 200"],
  },
  "external-account-aws-imds": {
    principal:
      /^principal:\/\/iam\.googleapis\.com\/.*\/pool\/subject\/arn:aws:sts::123456789012:assumed-role\/node\//,
    calls: [
      "aws.imds Token 200",
      "aws.imds Metadata 200",
      "aws.imds Role 200",
      "aws.imds Credentials 200",
      "google.sts Token 200",
    ],
  },
  "external-account-impersonation": {
    principal: /^serviceAccount:puller@/,
    calls: ["google.sts Token 200", "google.iamcredentials GenerateAccessToken 200"],
  },
};

describe("the node's identity", () => {
  for (const [identity, { principal, calls }] of Object.entries(IDENTITIES)) {
    test(`${identity}: a token of the right principal, with exactly these calls`, async () => {
      const outcome = await answered(gcr, clouds, { identity: identity as GoogleIdentity });
      assert.deepEqual(outcome.calls, calls);
      const { cacheKeyType, auth, expiresAt } = outcome.answer;
      assert.equal(cacheKeyType, "Global");
      assert.deepEqual(Object.keys(auth), nodeKeys(DEFAULT_UNIVERSE));
      for (const { username } of Object.values(auth)) assert.equal(username, "_token");
      const grant = await clouds.google.check(passwordOf(outcome.answer));
      assert.match(grant?.principal ?? "", principal);
      // Responses take time, and an expiry in whole seconds loses up to one second.
      assert.ok(
        typeof expiresAt === "number" && Math.abs(expiresAt - (grant?.expiresAt ?? 0)) < 2_500,
        `${expiresAt}`,
      );
      assert.deepEqual(clouds.secrets.findIn(outcome.lines.join("\n")), []);
    });
  }

  test("from AWS's environment: the user's keys sign the request, and EC2's metadata service gets no request", async () => {
    const { answer, calls } = await answered(gcr, clouds, { identity: "external-account-aws" });
    assert.deepEqual(calls, ["google.sts Token 200"]);
    const grant = await clouds.google.check(passwordOf(answer));
    assert.equal(
      grant?.principal,
      "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/pool/subject/arn:aws:iam::123456789012:user/ci",
    );
  });

  test("from GOOGLE_APPLICATION_CREDENTIALS comes before gcloud's, and gcloud's before the metadata server's", async () => {
    const { CLOUDSDK_CONFIG = "" } = await clouds.google.env("gcloud-adc");
    const both = await answered(gcr, clouds, { identity: "service-account-key", env: { CLOUDSDK_CONFIG } });
    assert.deepEqual(both.calls, ["google.oauth2 JwtBearer 200"]);
    const empty = await answered(gcr, clouds, {
      env: { CLOUDSDK_CONFIG: "/nonexistent", GOOGLE_APPLICATION_CREDENTIALS: "" },
    });
    assert.deepEqual(empty.calls, ["google.metadata token 200"]);
  });

  test("is one of several service accounts of the instance, if configured", async () => {
    const email = clouds.google.email("builder");
    const { answer, requests } = await answered(gcr, clouds, { args: ["--service-account", email] });
    assert.deepEqual(
      requests.map(({ path }) => path),
      [`/computeMetadata/v1/instance/service-accounts/${email}/token`],
    );
    assert.equal((await clouds.google.check(passwordOf(answer)))?.principal, `serviceAccount:${email}`);
  });

  test("expires with the token: a token with five minutes left is cached for minutes", async () => {
    clouds.google.instance.tokenSeconds = 300;
    const before = Date.now();
    const { answer } = await answered(gcr, clouds);
    clouds.google.instance.tokenSeconds = 3599;
    assert.ok(typeof answer.expiresAt === "number");
    assert.ok(answer.expiresAt - before >= 300_000 && answer.expiresAt - Date.now() <= 300_000);
  });

  test("is also returned for each configured mirror of its universe", async () => {
    const args = ["--registry=mirror.test:5000=gcr.io", "--registry=m.test=docker.s3nsregistry.fr"];
    const { answer } = await answered(gcr, clouds, { args, image: "mirror.test:5000/project/app" });
    assert.deepEqual(Object.keys(answer.auth), [...nodeKeys(DEFAULT_UNIVERSE), "mirror.test:5000"]);
    const other = await answered(gcr, clouds, { args });
    assert.deepEqual(Object.keys(other.answer.auth), Object.keys(answer.auth));
    const pod = await askPlugin(gcr, clouds, { args, image: "mirror.test/project/app" });
    assert.match(pod.message, /mirror\.test is not a Google registry/);
  });
});

describe("an invalid credential file", () => {
  const cases: Readonly<Record<string, readonly [content: unknown, why: RegExp]>> = {
    "invalid JSON": ["{", /it is not JSON/],
    "JSON that is not an object": [[], /it is not a JSON object/],
    "no type": [{}, /it has no type/],
    "another type": [
      { type: "gdch_service_account" },
      /its type is "gdch_service_account"; expected service_account/,
    ],
    "a key file without a key": [
      { type: "service_account", client_email: "a@b.c" },
      /its private_key is missing/,
    ],
    "an invalid key": [
      {
        type: "service_account",
        client_email: "a@b.c",
        private_key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
      },
      /its private_key is not an RSA key in PEM format; create a new key file/,
    ],
    "a user without a refresh token": [
      { type: "authorized_user", client_id: "i", client_secret: "s" },
      /its refresh_token is missing/,
    ],
    "an external account without a source": [
      { type: "external_account", audience: "a", subject_token_type: "t" },
      /its credential_source has no source/,
    ],
    "an executable as the source": [
      {
        type: "external_account",
        audience: "a",
        subject_token_type: "t",
        credential_source: { executable: { command: "/bin/x" } },
      },
      /it runs a program, and GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES is not 1/,
    ],
    "a subject token that does not exist": [
      {
        type: "external_account",
        audience: "a",
        subject_token_type: "t",
        credential_source: { file: "/nonexistent/token" },
      },
      /reading the subject token \/nonexistent\/token: no such file/,
    ],
    "a source over plain http": [
      {
        type: "external_account",
        audience: "a",
        subject_token_type: "t",
        credential_source: { url: "http://10.0.0.1/token" },
      },
      /plain http to another machine/,
    ],
    "a token_url outside Google": [
      {
        type: "external_account",
        audience: "a",
        subject_token_type: "t",
        token_url: "https://sts.googleapis.com.evil.test/v1/token",
        credential_source: { file: "/x" },
      },
      /its token_url is not an endpoint of sts.googleapis.com/,
    ],
    "an impersonation_url outside Google": [
      {
        type: "external_account",
        audience: "a",
        subject_token_type: "t",
        service_account_impersonation_url:
          "https://evil.test/iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.c:generateAccessToken",
        credential_source: { file: "/x" },
      },
      /not an endpoint of iamcredentials.googleapis.com/,
    ],
    "an impersonation without an account": [
      {
        type: "impersonated_service_account",
        service_account_impersonation_url: "https://iamcredentials.googleapis.com/",
        source_credentials: {},
      },
      /has no service account/,
    ],
    "an impersonation without a source": [
      {
        type: "impersonated_service_account",
        service_account_impersonation_url:
          "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.c:generateAccessToken",
      },
      /\(source_credentials\): it is not a JSON object/,
    ],
  };

  for (const [what, [content, why]] of Object.entries(cases)) {
    test(`${what}: a specific error, and no request, not even to the metadata server`, async () => {
      const path = join(clouds.core.directory, "unusable.json");
      await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
      const { answer, message, calls } = await askPlugin(gcr, clouds, {
        env: { GOOGLE_APPLICATION_CREDENTIALS: path },
      });
      assert.equal(answer, undefined);
      assert.match(message, why);
      assert.deepEqual(calls, []);
    });
  }

  test("a file that does not exist", async () => {
    const { message, calls } = await askPlugin(gcr, clouds, {
      env: { GOOGLE_APPLICATION_CREDENTIALS: "/nonexistent.json" },
    });
    assert.match(message, /reading the Google credential file \/nonexistent.json: no such file/);
    assert.deepEqual(calls, []);
  });

  test("an unknown or deleted key: Google's message and advice", async () => {
    const env = await clouds.google.env("service-account-key");
    clouds.google.accounts.revokeKeys(clouds.google.email("node"));
    const { message, calls } = await askPlugin(gcr, clouds, { env });
    assert.match(
      message,
      /^exchanging a JWT signed with the key in .*: status 400 invalid_grant: Invalid JWT Signature\.; the key was deleted/,
    );
    assert.deepEqual(calls, ["google.oauth2 JwtBearer 400"]);
  });

  test("a refresh token that was revoked", async () => {
    const env = await clouds.google.env("authorized-user");
    clouds.google.accounts.revokeUsers();
    const { message, calls } = await askPlugin(gcr, clouds, { env });
    assert.match(message, /401 invalid_client: The OAuth client was not found/);
    assert.deepEqual(calls, ["google.oauth2 RefreshToken 401"]);
  });
});

test("GKE's 404 for a missing service account differs from the 404 of an instance without one", async () => {
  for (const [body, advice] of [
    [
      "generic::not_found: Gaia id not found for email a@p.iam.gserviceaccount.com\n",
      /does not exist: it was deleted/,
    ],
    ["not found", /the instance has no service account; attach one/],
  ] as const) {
    const reply = { status: 404, headers: { "metadata-flavor": "Google" }, body };
    await clouds.faults.add({ service: "google.metadata", fault: { kind: "answer", reply } });
    assert.match((await askPlugin(gcr, clouds)).message, advice);
  }
});
