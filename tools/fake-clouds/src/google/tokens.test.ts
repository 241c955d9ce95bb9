import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { SignJWT } from "jose";
import { type Clouds, startClouds } from "../clouds.ts";
import { agentFor, call } from "../testing/client.ts";
import { S3NS } from "./universes.ts";

let clouds: Clouds;
before(async () => {
  clouds = await startClouds();
});
after(() => clouds.close());

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

async function post(url: string, fields: Record<string, string>, headers: Record<string, string> = FORM) {
  const body = headers === FORM ? new URLSearchParams(fields).toString() : JSON.stringify(fields);
  const answer = await call(url, { method: "POST", headers, body, agent: agentFor(clouds.core) });
  return { ...answer, json: JSON.parse(answer.body) as Record<string, unknown> };
}

describe("the OAuth token endpoint", () => {
  const URL = "https://oauth2.googleapis.com/token";

  async function assertion(change: Record<string, unknown> = {}, key?: string): Promise<string> {
    const email = clouds.google.email("node");
    const now = Math.floor(Date.now() / 1000);
    return await new SignJWT({
      iss: email,
      scope: SCOPE,
      aud: URL,
      iat: now,
      exp: now + 3600,
      ...change,
    })
      .setProtectedHeader({ alg: "RS256" })
      .sign(createPrivateKey(key ?? clouds.google.accounts.createKey(email)));
  }

  const exchange = async (jwt: string) =>
    await post(URL, { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: jwt });

  test("returns a token for a valid assertion", async () => {
    const { status, json } = await exchange(await assertion());
    assert.equal(status, 200);
    const grant = await clouds.google.check(String(json["access_token"]));
    assert.equal(grant?.principal, `serviceAccount:${clouds.google.email("node")}`);
  });

  const now = Math.floor(Date.now() / 1000);
  for (const [what, change, said] of [
    ["of an unknown account", { iss: "nobody@example.com" }, /account not found/],
    ["for another audience", { aud: "https://evil.test/" }, /audience/],
    ["that is over", { iat: now - 7200, exp: now - 3600 }, /reasonable timeframe/],
    ["from the future", { iat: now + 3600, exp: now + 7200 }, /reasonable timeframe/],
    ["for two hours", { exp: now + 7200 }, /reasonable timeframe/],
    ["without a scope", { scope: "" }, /scope/],
  ] as const) {
    test(`rejects an assertion ${what}`, async () => {
      const { status, json } = await exchange(await assertion(change));
      assert.equal(status, 400);
      assert.match(String(json["error_description"]), said);
    });
  }

  test("rejects an assertion signed with another key", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const { status, json } = await exchange(await assertion({}, pem));
    assert.deepEqual([status, json["error_description"]], [400, "Invalid JWT Signature."]);
  });

  test("rejects refresh tokens and clients that are not the user's", async () => {
    const { clientId, clientSecret, refreshToken } = clouds.google.accounts.createUser("a@example.com");
    const good = {
      grant_type: "refresh_token",
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    };
    assert.equal((await post(URL, good)).status, 200);
    for (const [change, status] of [
      [{ client_id: "x" }, 401],
      [{ client_secret: "x" }, 401],
      [{ refresh_token: "x" }, 400],
      [{ grant_type: "password" }, 400],
    ] as const) {
      assert.equal((await post(URL, { ...good, ...change })).status, status);
    }
  });
});

describe("the Security Token Service", () => {
  const URL = "https://sts.googleapis.com/v1/token";

  const fields = (token: string, change: Record<string, string> = {}) => ({
    audience: clouds.google.gkePool.audience,
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    scope: SCOPE,
    subject_token: token,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    ...change,
  });

  test("accepts a form, and JSON as the Go plugin sends it", async () => {
    const token = await clouds.google.podToken("gke");
    for (const headers of [FORM, { "content-type": "application/json" }]) {
      const { status, json } = await post(URL, fields(token), headers);
      assert.equal(status, 200);
      assert.equal(json["token_type"], "Bearer");
    }
  });

  test("rejects requests that are incomplete or of another kind", async () => {
    const token = await clouds.google.podToken("gke");
    for (const [change, error] of [
      [{ grant_type: "x" }, "invalid_request"],
      [{ requested_token_type: "x" }, "invalid_request"],
      [{ scope: "" }, "invalid_request"],
      [{ subject_token: "" }, "invalid_request"],
      [{ audience: "//iam.googleapis.com/x" }, "invalid_target"],
      [{ subject_token_type: "urn:ietf:params:aws:token-type:aws4_request" }, "invalid_grant"],
      [{ subject_token: `${token}x` }, "invalid_grant"],
    ] as const) {
      const { status, json } = await post(URL, fields(token, change));
      assert.deepEqual([status, json["error"]], [400, error], JSON.stringify(change));
    }
  });

  test("rejects an AWS request that is unsigned, for another provider, or not GetCallerIdentity", async () => {
    const audience = `//iam.googleapis.com/${clouds.google.provider("aws")}`;
    const subject = (change: Record<string, unknown> = {}, target = audience) =>
      encodeURIComponent(
        JSON.stringify({
          url: "https://sts.us-west-2.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
          method: "POST",
          headers: [
            { key: "host", value: "sts.us-west-2.amazonaws.com" },
            { key: "x-goog-cloud-target-resource", value: target },
          ],
          ...change,
        }),
      );
    for (const [token, said] of [
      [subject(), /Received invalid AWS response of type 403/],
      [subject({}, "//iam.googleapis.com/other"), /does not match the audience/],
      [subject({ url: "https://sts.us-west-2.amazonaws.com?Action=AssumeRole" }), /not a GetCallerIdentity/],
      ["nonsense", /Unable to parse/],
    ] as const) {
      const type = "urn:ietf:params:aws:token-type:aws4_request";
      const { status, json } = await post(URL, fields(token, { audience, subject_token_type: type }));
      assert.equal(status, 400);
      assert.match(String(json["error_description"]), said);
    }
  });
});

describe("the IAM Service Account Credentials API", () => {
  const urlOf = (email: string) =>
    `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateAccessToken`;

  const grant = (principal: string, change: Record<string, unknown> = {}) =>
    clouds.google.tokens.issue({
      principal,
      scopes: [SCOPE],
      expiresAt: Date.now() + 60_000,
      universe: "googleapis.com",
      ...change,
    });

  async function generate(token: string, email: string, body: unknown = { scope: [SCOPE] }) {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await call(urlOf(email), {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      agent: agentFor(clouds.core),
    });
    return answer.status;
  }

  test("returns tokens to authorized callers, also through delegates", async () => {
    const { google } = clouds;
    const [puller, delegate, node] = [google.email("puller"), google.email("delegate"), google.email("node")];
    assert.equal(await generate(grant(`serviceAccount:${delegate}`), puller), 200);
    assert.equal(await generate(grant(`serviceAccount:${node}`), puller), 403);
    const chain = { scope: [SCOPE], delegates: [`projects/-/serviceAccounts/${delegate}`] };
    assert.equal(await generate(grant(`serviceAccount:${node}`), puller, chain), 200);
    assert.equal(await generate(grant(`serviceAccount:${google.email("denied")}`), puller, chain), 403);
  });

  test("rejects tokens that are made up, expired, another universe's, or too narrow, and lifetimes of hours", async () => {
    const { google } = clouds;
    const puller = google.email("puller");
    const principal = `serviceAccount:${google.email("delegate")}`;
    assert.equal(await generate("made-up", puller), 401);
    assert.equal(await generate(grant(principal, { expiresAt: Date.now() - 1 }), puller), 401);
    assert.equal(await generate(grant(principal, { universe: S3NS.domain }), puller), 401);
    assert.equal(
      await generate(
        grant(principal, { scopes: ["https://www.googleapis.com/auth/devstorage.read_only"] }),
        puller,
      ),
      403,
    );
    assert.equal(await generate(grant(principal), puller, {}), 400);
    assert.equal(await generate(grant(principal), puller, { scope: [SCOPE], lifetime: "43200s" }), 400);
    assert.equal(await generate(grant(principal), "nobody@example.com"), 403);
  });
});

describe("the registries", () => {
  const grant = (change: Record<string, unknown> = {}) =>
    clouds.google.tokens.issue({
      principal: `serviceAccount:${clouds.google.email("node")}`,
      scopes: [SCOPE],
      expiresAt: Date.now() + 60_000,
      universe: "googleapis.com",
      ...change,
    });

  async function open(token: string, host = "gcr.io", username = "_token") {
    const authorization = `Basic ${Buffer.from(`${username}:${token}`).toString("base64")}`;
    const url = `https://${host}/v2/project/app/manifests/latest`;
    return (await call(url, { headers: { authorization }, agent: agentFor(clouds.core) })).status;
  }

  test("accept an access token under both of its user names, in its own universe", async () => {
    for (const host of ["gcr.io", "eu.gcr.io", "us-docker.pkg.dev", "docker.us-east1.rep.pkg.dev"]) {
      assert.equal(await open(grant(), host), 200);
    }
    assert.equal(await open(grant(), "gcr.io", "oauth2accesstoken"), 200);
    assert.equal(await open(grant({ universe: S3NS.domain }), "docker.s3nsregistry.fr"), 200);
  });

  test("reject everything else", async () => {
    assert.equal(await open("made-up"), 401);
    assert.equal(await open(grant(), "gcr.io", "me"), 401);
    assert.equal(await open(grant({ expiresAt: Date.now() - 1 })), 401);
    assert.equal(await open(grant({ scopes: ["https://www.googleapis.com/auth/compute"] })), 401);
    assert.equal(await open(grant({ principal: `serviceAccount:${clouds.google.email("denied")}` })), 401);
    assert.equal(await open(grant(), "docker.s3nsregistry.fr"), 401);
    assert.equal(await open(grant({ universe: S3NS.domain })), 401);
  });
});
