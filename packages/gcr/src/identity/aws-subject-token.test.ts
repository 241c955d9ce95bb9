import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "@imagecred/protocol";
import { ManualClock, testContext } from "@imagecred/protocol/testing";
import { awsSubjectToken, signedHeaders } from "./aws-subject-token.ts";

// AWS's example keys.
const ID = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SESSION =
  "AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT+FvwqnKwRcOIfrRh3c/LTo6UDdyJwOOvEVPvLXCrrrUtdnniCEXAMPLE/IvU1dYUg2RVAJBanLiHb4IgRmpRV3zrkuWJOgQs8IZZaIv2BXIa2R4OlgkBN9bkUDNCJiBeb/AXlzBBko7b15fjrBs2+cTQtpZ3CYWFXG8C5zqx37wnOE49mRl/+OtkIKGO7fAE";
const URL_ = "https://sts.us-east-2.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15";
const NOW = Date.UTC(2020, 7, 11, 6, 55, 22);

/** The signatures that google-auth's tests (test_aws.py) have for this request. */
const SIGNATURES: readonly (readonly [what: string, session: string | undefined, signature: string])[] = [
  ["with", SESSION, "596aa990b792d763465d73703e684ca273c45536c6d322c31be01a41d02e5b60"],
  ["without", undefined, "9e722e5b7bfa163447e2a14df118b45ebd283c5aea72019bdf921d6e7dc01a9a"],
];

for (const [what, session, signature] of SIGNATURES) {
  test(`a request ${what} a session token is signed as google-auth signs it`, () => {
    const sessionToken = session === undefined ? undefined : new Secret(session);
    const keys = { id: ID, secret: new Secret(SECRET), sessionToken };
    const scope = { region: "us-east-2", service: "sts", keys, now: NOW };
    const headers = signedHeaders({ method: "POST", url: URL_, headers: {} }, scope, testContext());
    assert.equal(headers["x-amz-date"], "20200811T065522Z");
    assert.ok(
      headers["authorization"]?.endsWith(`, Signature=${signature}`),
      String(headers["authorization"]),
    );
  });
}

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
    cloud: () => assert.fail("nothing else is asked"),
    preconnect: () => {},
    firstSent: async () => {},
  };
  const context = testContext(env, { http, clock: new ManualClock(NOW) });
  const token = await awsSubjectToken(FILE, { ...source }, USE, context);
  return { asked, document: JSON.parse(decodeURIComponent(token.reveal())) };
}

test("the keys of AWS's variables sign the request, the audience included, and nothing is asked", async () => {
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

test("an instance that requires IMDSv2, and a file that does not know it (Google 9)", async () => {
  await assert.rejects(ask({}, { "availability-zone": { status: 401 } }), {
    message: /status 401; the instance requires IMDSv2: write the file again with gcloud's --enable-imdsv2/,
  });
});

test("what is set for AWS and has no effect here is named (Google 9)", async () => {
  const cases: readonly (readonly [env: Readonly<Record<string, string>>, said: RegExp])[] = [
    [
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials" },
      /AWS_CONTAINER_CREDENTIALS_FULL_URI is set and not used/,
    ],
    [
      { AWS_WEB_IDENTITY_TOKEN_FILE: "/t", AWS_PROFILE: "ci" },
      /AWS_WEB_IDENTITY_TOKEN_FILE and AWS_PROFILE are set and not used/,
    ],
  ];
  for (const [env, said] of cases) {
    await assert.rejects(ask(env), { message: said });
    await assert.rejects(ask(env), { message: /status 404; the instance has no role/ });
  }
  await assert.rejects(ask({ AWS_PROFILE: "ci" }, {}, { environment_id: "aws1" }), {
    message: /region_url is missing.*AWS_PROFILE is set and not used/,
  });
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
