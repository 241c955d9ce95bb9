import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ManualClock, testContext } from "@imagecred/protocol/testing";
import { awsSubjectToken } from "./aws-subject-token.ts";

// AWS's example keys.
const ID = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const URL_ = "https://sts.us-east-2.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15";
const NOW = Date.UTC(2020, 7, 11, 6, 55, 22);

const SOURCE = {
  environment_id: "aws1",
  region_url: "http://169.254.169.254/latest/meta-data/placement/availability-zone",
  url: "http://169.254.169.254/latest/meta-data/iam/security-credentials",
  regional_cred_verification_url:
    "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
};
const FILE = { type: "external_account", fields: {}, path: "aws.json" } as const;
const USE = {
  audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/a",
};

/** @param responses by the end of the path */
async function ask(
  env: Readonly<Record<string, string>>,
  responses: Readonly<Record<string, { status: number; body?: string }>> = {},
  source: object = SOURCE,
) {
  const asked: string[] = [];
  const http = {
    async metadata({ method, url }: { method: string; url: string }) {
      asked.push(`${method} ${new URL(url).pathname}`);
      const found = Object.entries(responses).find(([end]) => url.endsWith(end))?.[1] ?? { status: 404 };
      return { status: found.status, headers: {}, body: Buffer.from(found.body ?? "") };
    },
    cloud: () => assert.fail("nothing else is called"),
    preconnect: () => {},
    firstSent: async () => {},
  };
  const context = testContext(env, { http, clock: new ManualClock(NOW) });
  const token = await awsSubjectToken(FILE, { ...source }, USE, context);
  return { asked, document: JSON.parse(decodeURIComponent(token.reveal())) };
}

test("the keys in AWS's variables sign the request, including the audience, and nothing is sent", async () => {
  const { asked, document } = await ask({
    AWS_REGION: "us-east-2",
    AWS_ACCESS_KEY_ID: ID,
    AWS_SECRET_ACCESS_KEY: SECRET,
  });
  assert.deepEqual(asked, []);
  assert.equal(document.url, URL_);
  const headers = new Map(
    document.headers.map(({ key, value }: { key: string; value: string }) => [key, value]),
  );
  assert.equal(headers.get("x-goog-cloud-target-resource"), USE.audience);
  assert.match(
    String(headers.get("authorization")),
    /SignedHeaders=host;x-amz-date;x-goog-cloud-target-resource,/,
  );
});

test("an instance that requires IMDSv2, and a file without its URL", async () => {
  await assert.rejects(ask({}, { "availability-zone": { status: 401 } }), {
    message: /status 401; the instance requires IMDSv2: create a new file with gcloud's --enable-imdsv2/,
  });
});

test("a container's role, which Google's libraries do not support", async () => {
  const keys = { AccessKeyId: ID, SecretAccessKey: SECRET, Token: "session-of-the-container" };
  const { asked, document } = await ask(
    {
      AWS_REGION: "us-east-2",
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "token-of-the-pod",
    },
    { "/v1/credentials": { status: 200, body: JSON.stringify(keys) } },
  );
  assert.deepEqual(asked, ["GET /v1/credentials"]);
  const headers = new Map(
    document.headers.map(({ key, value }: { key: string; value: string }) => [key, value]),
  );
  assert.equal(headers.get("x-amz-security-token"), "session-of-the-container");
  assert.match(String(headers.get("authorization")), new RegExp(`Credential=${ID}/\\d{8}/us-east-2/sts/`));
});

test("a container's role that does not work is an error, and the instance's role is not used", async () => {
  const env = {
    AWS_REGION: "us-east-2",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
  };
  await assert.rejects(ask(env, { "/v1/credentials": { status: 404 } }), {
    message: /^asking ECS container credentials \(http:\/\/169\.254\.170\.23\) for credentials: status 404/,
  });
});

test("a profile, if AWS_PROFILE names one; the default profile alone is not used", async () => {
  const directory = await mkdtemp(join(tmpdir(), "imagecred-"));
  try {
    const file = join(directory, "credentials");
    await writeFile(
      file,
      `[default]\naws_access_key_id=AKIADEFAULT\naws_secret_access_key=x\n[ci]\naws_access_key_id=${ID}\naws_secret_access_key=${SECRET}\n`,
    );
    const env = {
      AWS_REGION: "us-east-2",
      AWS_SHARED_CREDENTIALS_FILE: file,
      AWS_CONFIG_FILE: `${file}-none`,
    };
    const { document } = await ask({ ...env, AWS_PROFILE: "ci" });
    assert.match(JSON.stringify(document.headers), new RegExp(`Credential=${ID}/`));
    await assert.rejects(ask(env), { message: /status 404; the instance has no role/ });
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("a request to another host than AWS STS is not signed", async () => {
  const env = { AWS_REGION: "us-east-2", AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: SECRET };
  for (const url of [
    "https://sts.{region}.amazonaws.com.evil.test?Action=GetCallerIdentity",
    "http://sts.{region}.amazonaws.com?Action=GetCallerIdentity",
    "https://s3.{region}.amazonaws.com?x",
  ]) {
    await assert.rejects(ask(env, {}, { ...SOURCE, regional_cred_verification_url: url }), {
      message: /is not an endpoint of AWS STS/,
    });
  }
});
