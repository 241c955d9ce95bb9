import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { CredentialError, TransportError, type TransportResponse } from "@imagecred/protocol";
import { ManualClock } from "@imagecred/protocol/testing";
import { ecr } from "../provider.ts";

const IMAGE = "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app";

const REGISTRY = "123456789012.dkr.ecr.us-west-2.amazonaws.com";

const clouds = await startClouds();
after(() => clouds.close());

const imds = (env: Record<string, string> = {}) => askPlugin(ecr, clouds, { identity: "imds", env });
const ECR_OK = "aws.ecr GetAuthorizationToken 200";

describe("EC2 instance metadata", () => {
  test("token, role, credentials, then ECR: four requests, two connections", async () => {
    const { answer, calls, requests, connections } = await imds();
    assert.deepEqual(calls, ["aws.imds Token 200", "aws.imds Role 200", "aws.imds Credentials 200", ECR_OK]);
    assert.equal(connections.length, 2);
    const put = requests[0];
    assert.equal(put?.method, "PUT");
    assert.equal(put?.headers["x-aws-ec2-metadata-token-ttl-seconds"], "300");
    assert.equal(answer?.cacheKeyType, "Registry");
    assert.deepEqual(Object.keys(answer?.auth ?? {}), [REGISTRY]);
    assert.equal(answer?.auth[REGISTRY]?.username, "AWS");
  });

  test("the connection to ECR opens before the metadata service responds", async () => {
    clouds.latency.set(60, "aws.imds");
    // A separate region, because connections of earlier tests are kept alive.
    const image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app";
    const { answer, requests, connections } = await askPlugin(ecr, clouds, { identity: "imds", image });
    assert.ok(answer !== undefined);
    const tls = connections.find(({ tlsFinishedAt }) => tlsFinishedAt !== undefined);
    const lastOfImds = requests[2];
    assert.equal(lastOfImds?.operation, "Credentials");
    assert.ok((tls?.tlsFinishedAt ?? Infinity) < (lastOfImds?.finishedAt ?? 0));
  });

  test("turned off by AWS_EC2_METADATA_DISABLED: no request", async () => {
    const { calls, message } = await imds({ AWS_EC2_METADATA_DISABLED: "True" });
    assert.deepEqual(calls, []);
    assert.match(message, /EC2 instance metadata \(AWS_EC2_METADATA_DISABLED is true\)/);
  });

  test("turned off in the instance's options (403): reported, and not retried", async () => {
    clouds.aws.instance.metadata = "disabled";
    const { calls, message } = await imds();
    clouds.aws.instance.metadata = "enabled";
    assert.deepEqual(calls, ["aws.imds Token 403"]);
    assert.match(message, /session token: status 403; the service is turned off.*HttpEndpoint to enabled/);
  });

  test("no role attached: retried for five seconds, because an instance that has just booted responds the same", async () => {
    const { role } = clouds.aws.instance;
    clouds.aws.instance.role = undefined;
    const clock = new ManualClock(Date.now());
    const { calls, message } = await askPlugin(ecr, clouds, { identity: "imds", context: { clock } });
    clouds.aws.instance.role = role;
    assert.deepEqual(new Set(calls), new Set(["aws.imds Token 200", "aws.imds Role 404"]));
    assert.ok(calls.length > 8 && calls.length < 14, String(calls.length));
    assert.match(message, /no role is attached to this instance, or not yet; attach an instance profile/);
  });

  for (const operation of ["Role", "Credentials"] as const) {
    test(`${operation} that appears three seconds after boot`, async () => {
      await clouds.faults.add({
        service: "aws.imds",
        operation,
        times: 6,
        fault: { kind: "answer", reply: { status: 404 } },
      });
      const clock = new ManualClock(Date.now());
      const { calls, answer, message } = await askPlugin(ecr, clouds, {
        identity: "imds",
        context: { clock },
      });
      assert.ok(answer !== undefined, message);
      assert.equal(calls.filter((call) => call === `aws.imds ${operation} 404`).length, 6);
      assert.ok(clock.now() - Date.now() <= 5_000);
    });
  }

  test("a role that EC2 may not assume", async () => {
    clouds.aws.instance.credentialsProblem = "AssumeRoleUnauthorizedAccess";
    const { calls, message } = await imds();
    clouds.aws.instance.credentialsProblem = undefined;
    assert.deepEqual(calls, ["aws.imds Token 200", "aws.imds Role 200", "aws.imds Credentials 200"]);
    assert.match(message, /credentials of role node: AssumeRoleUnauthorizedAccess: EC2 cannot assume/);
    assert.match(message, /trust policy/);
  });

  test("a response dropped by the hop limit: two attempts, under 8.5 s, and the advice", async () => {
    await clouds.faults.add({
      service: "aws.imds",
      operation: "Token",
      fault: { kind: "hang", when: "request" },
    });
    const startedAt = performance.now();
    const { message, calls } = await imds();
    assert.ok(performance.now() - startedAt < 8_500);
    assert.equal(calls.length, 2);
    assert.match(message, /but no response came; .*HttpPutResponseHopLimit to 2/);
  });

  test("a closed port: the error names every identity that was tried", async () => {
    await clouds.faults.add({ service: "aws.imds", fault: { kind: "refuse" } });
    const startedAt = performance.now();
    const { message, calls } = await imds();
    assert.ok(performance.now() - startedAt < 2_500);
    assert.deepEqual(calls, []);
    for (const tried of [
      "environment variables (AWS_ACCESS_KEY_ID is not set)",
      "profile (no /nonexistent/.aws/config)",
      "web identity token file (AWS_WEB_IDENTITY_TOKEN_FILE is not set)",
      "ECS container credentials (AWS_CONTAINER_CREDENTIALS_FULL_URI is not set)",
      "refused the connection)",
    ]) {
      assert.ok(message.includes(tried), `${tried} in: ${message}`);
    }
  });

  test("another cloud's metadata service at the same address (404) is not EC2's", async () => {
    await clouds.faults.add({
      service: "aws.imds",
      operation: "Token",
      fault: { kind: "answer", reply: { status: 404 } },
    });
    const { message, calls } = await imds();
    assert.deepEqual(calls, ["aws.imds Token 404"]);
    assert.match(
      message,
      /none found; tried .*responded 404 to the request for an IMDSv2 token: it is not EC2's\)/,
    );
  });

  for (const [operation, before] of [
    ["Token", []],
    ["Role", ["aws.imds Token 200"]],
    ["Credentials", ["aws.imds Token 200", "aws.imds Role 200"]],
  ] as const) {
    test(`${operation}: two responses of 503 are retried`, async () => {
      await clouds.faults.add({
        service: "aws.imds",
        operation,
        times: 2,
        fault: { kind: "answer", reply: { status: 503 } },
      });
      const { answer, calls } = await imds();
      assert.ok(answer !== undefined);
      const failed = `aws.imds ${operation} 503`;
      assert.deepEqual(calls.slice(0, before.length + 3), [
        ...before,
        failed,
        failed,
        `aws.imds ${operation} 200`,
      ]);
    });

    test(`${operation}: an empty 200 is an error`, async () => {
      await clouds.faults.add({
        service: "aws.imds",
        operation,
        fault: { kind: "answer", reply: { status: 200, body: "" } },
      });
      const { answer, message, calls } = await imds();
      assert.equal(answer, undefined);
      assert.equal(calls.length, before.length + 1);
      assert.notEqual(message, "");
    });
  }

  test("another page instead of the role's name: reported at once, without a request for credentials", async () => {
    await clouds.faults.add({
      service: "aws.imds",
      operation: "Role",
      fault: { kind: "answer", reply: { status: 200, body: "<html>Sign in</html>" } },
    });
    const { message, calls } = await imds();
    assert.deepEqual(calls, ["aws.imds Token 200", "aws.imds Role 200"]);
    assert.match(message, /status 200 with something that is not the name of a role/);
  });

  test("invalid credentials: reported, but never quoted", async () => {
    await clouds.faults.add({
      service: "aws.imds",
      operation: "Credentials",
      fault: { kind: "answer", reply: { status: 200, body: '{"SecretAccessKey": "hunter2hunter2"' } },
    });
    const { message, lines } = await imds();
    assert.match(
      message,
      /reading the credentials from the EC2 instance metadata service: the response is not a JSON/,
    );
    assert.ok(![message, ...lines].some((line) => line.includes("hunter2")));
  });

  test("only the metadata service's addresses and loopback are allowed", async () => {
    const { calls, message } = await imds({ AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://metadata.evil.test" });
    assert.deepEqual(calls, []);
    assert.match(message, /metadata.evil.test.*not a link-local or loopback address/);
  });

  test("an invalid endpoint or mode is rejected", async () => {
    const endpoint = await imds({ AWS_EC2_METADATA_SERVICE_ENDPOINT: "169.254.169.254" });
    assert.match(endpoint.message, /AWS_EC2_METADATA_SERVICE_ENDPOINT is "169.254.169.254", expected a URL/);
    const mode = await imds({
      AWS_EC2_METADATA_SERVICE_ENDPOINT: "",
      AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: "IPv5",
    });
    assert.match(mode.message, /AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is "ipv5", expected IPv4 or IPv6/);
  });

  test("the mode determines the address", async () => {
    const asked: string[] = [];
    for (const mode of ["IPv4", "IPv6"]) {
      await askPlugin(ecr, clouds, {
        identity: "none",
        image: IMAGE,
        env: {
          AWS_EC2_METADATA_DISABLED: "",
          AWS_EC2_METADATA_SERVICE_ENDPOINT: "",
          AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: mode,
        },
        context: {
          http: {
            preconnect() {},
            firstSent: () => new Promise<void>(() => {}),
            cloud: () => Promise.reject(new Error("must not be called")),
            metadata: ({ url }) => {
              asked.push(url);
              return Promise.reject(new Error("enough"));
            },
          },
        },
      });
    }
    assert.deepEqual(asked, [
      "http://169.254.169.254/latest/api/token",
      "http://[fd00:ec2::254]/latest/api/token",
    ]);
  });
});

/** The transport error of a machine without IPv4. */
function silence(url: string, code: string): CredentialError {
  return new CredentialError({
    action: `asking at ${url}`,
    reason: `no route to ${url} (${code})`,
    cause: new TransportError("connect", code, code),
  });
}

describe("a node without IPv4", () => {
  const without = async (answers: (url: string) => Promise<TransportResponse>, env = {}) => {
    const asked: string[] = [];
    const outcome = await askPlugin(ecr, clouds, {
      env: { AWS_EC2_METADATA_DISABLED: "", AWS_EC2_METADATA_SERVICE_ENDPOINT: "", ...env },
      context: {
        http: {
          preconnect() {},
          firstSent: () => new Promise<void>(() => {}),
          cloud: () => Promise.reject(new Error("must not be called")),
          metadata: ({ url }) => {
            asked.push(url);
            return answers(url);
          },
        },
      },
    });
    return { ...outcome, asked };
  };

  test("without a route to the IPv4 address, the whole session uses the IPv6 one", async () => {
    const { asked } = await without((url) =>
      url.includes("169.254")
        ? Promise.reject(silence(url, "ENETUNREACH"))
        : Promise.resolve({ status: 200, headers: {}, body: new TextEncoder().encode("token") }),
    );
    assert.deepEqual(asked.slice(0, 3), [
      "http://169.254.169.254/latest/api/token",
      "http://[fd00:ec2::254]/latest/api/token",
      "http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials/",
    ]);
  });

  test("neither: the error names both and the variable", async () => {
    const { message } = await without((url) => Promise.reject(silence(url, "ENETUNREACH")));
    assert.match(
      message,
      /no route to http:\/\/169.*; no route to http:\/\/\[fd00.*AWS_EC2_METADATA_SERVICE_ENDPOINT/,
    );
  });

  test("refused, silent, or configured: no second address", async () => {
    for (const [code, requests, env] of [
      ["ECONNREFUSED", 1, {}],
      ["ETIMEDOUT", 2, {}],
      ["ENETUNREACH", 1, { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: "IPv4" }],
    ] as const) {
      const { asked } = await without((url) => Promise.reject(silence(url, code)), env);
      assert.equal(asked.length, requests, code);
      assert.equal(new Set(asked).size, 1, code);
    }
  });
});
