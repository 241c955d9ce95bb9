import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { askPlugin, type Question } from "@imagecred/e2e";
import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { Deadline } from "@imagecred/protocol";
import { ManualClock } from "@imagecred/protocol/testing";
import { gcr } from "./index.ts";

let clouds: Clouds;
before(async () => {
  clouds = await startClouds();
});
after(async () => {
  assert.deepEqual(clouds.defects, []);
  await clouds.close();
});

type Fault = Parameters<Clouds["faults"]["add"]>[0]["fault"];
const says = (status: number, body = "", headers: Record<string, string> = {}): Fault => ({
  kind: "answer",
  reply: { status, body, headers: { "metadata-flavor": "Google", ...headers } },
});
const JSON_TYPE = { "content-type": "application/json" };

interface Case {
  readonly fault: Fault;
  readonly times?: number;
  /** The number of requests that arrive. */
  readonly requests: number;
  /** The expected message; undefined for a success. */
  readonly message?: RegExp;
}

/** Each fault, the run's outcome, and the number of requests. The clock is manual, so retries do not sleep. */
const CASES: Readonly<Record<string, Case>> = {
  "429 once, with Retry-After": {
    fault: says(429, "", { "retry-after": "1" }),
    times: 1,
    requests: 2,
  },
  "429 for good": { fault: says(429), requests: 4, message: /429/ },
  "429 for longer than there is time": {
    fault: says(429, "", { "retry-after": "3600" }),
    requests: 1,
    message: /429/,
  },
  "503 three times": { fault: says(503), times: 3, requests: 4 },
  "500 for good": { fault: says(500, "<p>Oh no.</p>"), requests: 4, message: /500 Oh no\./ },
  "400": {
    fault: says(400, '{"error":"invalid_grant","error_description":"No."}', JSON_TYPE),
    requests: 1,
    message: /400 invalid_grant: No\./,
  },
  "403": { fault: says(403, "forbidden"), requests: 1, message: /403 forbidden/ },
  "404": { fault: says(404), requests: 1, message: /404/ },
  "a redirect": {
    fault: { kind: "redirect", location: "https://evil.test/x" },
    requests: 1,
    message: /redirect to https:\/\/evil\.test|another server responded/,
  },
  "200 and an empty object": {
    fault: says(200, "{}", JSON_TYPE),
    requests: 1,
    message: /200 without access_?token/i,
  },
  "200 and an empty token": {
    fault: says(200, '{"access_token":"","accessToken":""}', JSON_TYPE),
    requests: 1,
    message: /200 without/,
  },
  "200 and a page": {
    fault: says(200, "<html>Welcome to the hotel</html>"),
    requests: 1,
    message: /200 without/,
  },
  "200 and nothing": { fault: says(200), requests: 1, message: /200 without/ },
  "a reset": { fault: { kind: "reset", when: "request" }, times: 1, requests: 2 },
  resets: {
    fault: { kind: "reset", when: "request" },
    requests: 4,
    message: /closed the connection .*ECONNRESET/,
  },
  "a dropped connection": { fault: { kind: "drop", when: "request" }, times: 1, requests: 2 },
  "half a response": { fault: { kind: "truncate" }, times: 1, requests: 2 },
  "half a response, always": { fault: { kind: "truncate" }, requests: 4, message: /closed the connection/ },
  "a response that is not HTTP": { fault: { kind: "garbage" }, requests: 1, message: /during receive/ },
  "an endless response": {
    fault: { kind: "huge", bytes: 3_000_000 },
    requests: 1,
    message: /larger than any credential/,
  },
};

interface Subject {
  readonly service: string;
  readonly operation: string;
  readonly question: (clouds: Clouds) => Promise<Question>;
}

/** Every call that a run may wait for. */
const CALLS: Readonly<Record<string, Subject>> = {
  "the metadata server": { service: "google.metadata", operation: "token", question: async () => ({}) },
  "Google STS": { service: "google.sts", operation: "Token", question: (clouds) => pod(clouds, {}) },
  "IAM Service Account Credentials": {
    service: "google.iamcredentials",
    operation: "GenerateAccessToken",
    question: (clouds) => pod(clouds, { "iam.gke.io/gcp-service-account": clouds.google.email("puller") }),
  },
  "Google OAuth, for a key file": {
    service: "google.oauth2",
    operation: "JwtBearer",
    question: async () => ({ identity: "service-account-key" }),
  },
};

async function pod(clouds: Clouds, annotations: Readonly<Record<string, string>>): Promise<Question> {
  const token = await clouds.google.podToken("cluster");
  const args = [`--workload-identity-provider=${clouds.google.provider("cluster")}`];
  return { args, serviceAccount: { token, annotations } };
}

for (const [name, { service, operation, question }] of Object.entries(CALLS)) {
  describe(`faults of ${name}`, () => {
    for (const [what, { fault, times, requests, message }] of Object.entries(CASES)) {
      const outcome = message === undefined ? "a response" : "no response";
      test(`${what}: ${outcome}, after ${requests} request${requests === 1 ? "" : "s"}`, async () => {
        const asked = await question(clouds);
        await clouds.faults.add({ service, operation, fault, ...(times === undefined ? {} : { times }) });
        const clock = new ManualClock(Date.now());
        const result = await askPlugin(gcr, clouds, {
          ...asked,
          context: { clock, deadline: new Deadline(20_000, clock) },
        });
        assert.equal(
          result.calls.filter((call) => call.startsWith(`${service} `)).length,
          requests,
          result.calls.join(),
        );
        if (message === undefined) {
          assert.notEqual(result.answer, undefined, result.message);
        } else {
          assert.equal(result.answer, undefined);
          assert.match(result.message, message);
        }
        assert.deepEqual(clouds.secrets.findIn(`${result.message}\n${result.lines.join("\n")}`), []);
      });
    }
  });
}

describe("the metadata server", () => {
  test("a response without the header is rejected, whatever its content", async () => {
    const reply = { status: 200, body: '{"access_token":"stolen","expires_in":3600}', headers: JSON_TYPE };
    await clouds.faults.add({ service: "google.metadata", fault: { kind: "answer", reply } });
    const { answer, message } = await askPlugin(gcr, clouds);
    assert.equal(answer, undefined);
    assert.match(message, /200 without the header Metadata-Flavor: Google, so another server responded/);
  });

  test("missing: one line with the other identities that can be configured", async () => {
    const { answer, message, calls } = await askPlugin(gcr, clouds, { identity: "none" });
    assert.equal(answer, undefined);
    assert.match(
      message,
      /refused the connection; on Google Cloud attach a service account .*, elsewhere set --node-identity or GOOGLE_APPLICATION_CREDENTIALS/,
    );
    assert.deepEqual(calls, []);
  });

  test("without a service account", async () => {
    const { instance } = clouds.google;
    const attached = instance.serviceAccounts;
    instance.serviceAccounts = [];
    const { message } = await askPlugin(gcr, clouds);
    instance.serviceAccounts = attached;
    assert.match(message, /404 .*; the instance has no service account; attach one/);
    const named = await askPlugin(gcr, clouds, { args: ["--service-account=nobody@example.com"] });
    assert.match(named.message, /404 .*; the instance has no such service account; check --service-account/);
  });

  test("with insufficient scopes", async () => {
    const { instance } = clouds.google;
    const attached = instance.serviceAccounts;
    instance.serviceAccounts = attached.map(({ email }) => ({ email, scopes: [] }));
    const { message } = await askPlugin(gcr, clouds);
    instance.serviceAccounts = attached;
    assert.match(message, /403 .*access scopes.*; the service account may not get a token/);
  });

  test("with an invalid host name", async () => {
    for (const host of ["http://169.254.169.254", "a/b", "host:port", "10.0.0.1", "metadata.evil.test"]) {
      const { answer, message, calls } = await askPlugin(gcr, clouds, { env: { GCE_METADATA_HOST: host } });
      assert.equal(answer, undefined);
      assert.match(message, /GCE_METADATA_HOST is|not a link-local or loopback address/);
      assert.deepEqual(calls, []);
    }
  });

  test("is never called through a proxy, and gets the required header", async () => {
    const { requests } = await askPlugin(gcr, clouds, {
      env: { HTTP_PROXY: clouds.core.proxy.url, http_proxy: clouds.core.proxy.url },
    });
    assert.equal(requests.length, 1);
    assert.equal(requests[0]?.headers["metadata-flavor"], "Google");
    assert.equal(requests[0]?.scheme, "http");
  });

  test("without an expiry for its tokens: they are not cached", async () => {
    const body = JSON.stringify({ access_token: "abcdefghijklmnop", token_type: "Bearer" });
    await clouds.faults.add({ service: "google.metadata", fault: says(200, body, JSON_TYPE) });
    const { answer } = await askPlugin(gcr, clouds);
    assert.equal(answer?.expiresAt, "do-not-cache");
  });
});
