import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin, type Question } from "@imagecred/e2e";
import { type FaultRule, startClouds } from "@imagecred/fake-clouds";
import { type Clock, CredentialError, Deadline, TransportError } from "@imagecred/protocol";
import { ecr } from "../provider.ts";

const REGISTRY = "123456789012.dkr.ecr.us-west-2.amazonaws.com";

const clouds = await startClouds();
after(() => clouds.close());

const ECR = "aws.ecr GetAuthorizationToken";

/** Runs the plugin with the keys of a user of the partition. */
async function withKeys(question: Question = {}, partition = "aws") {
  return askPlugin(ecr, clouds, {
    ...question,
    env: { ...(await clouds.aws.env("static", partition)), ...question.env },
  });
}

describe("the host's form determines the API", () => {
  for (const [registry, api, partition] of [
    ["dkr.ecr.us-west-2.amazonaws.com", "api.ecr.us-west-2.amazonaws.com", "aws"],
    ["dkr.ecr-fips.us-west-2.amazonaws.com", "api.ecr-fips.us-west-2.amazonaws.com", "aws"],
    ["dkr-ecr.us-west-2.on.aws", "ecr.us-west-2.api.aws", "aws"],
    ["dkr-ecr-fips.us-west-2.on.aws", "ecr-fips.us-west-2.api.aws", "aws"],
    ["dkr.ecr.us-gov-west-1.amazonaws.com", "api.ecr.us-gov-west-1.amazonaws.com", "aws-us-gov"],
    ["dkr-ecr-fips.us-gov-east-1.on.aws", "ecr-fips.us-gov-east-1.api.aws", "aws-us-gov"],
    ["dkr.ecr.cn-north-1.amazonaws.com.cn", "api.ecr.cn-north-1.amazonaws.com.cn", "aws-cn"],
    [
      "dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn",
      "ecr.cn-northwest-1.api.amazonwebservices.com.cn",
      "aws-cn",
    ],
    ["dkr.ecr.eusc-de-east-1.amazonaws.eu", "api.ecr.eusc-de-east-1.amazonaws.eu", "aws-eusc"],
    ["dkr.ecr.us-iso-east-1.c2s.ic.gov", "api.ecr.us-iso-east-1.c2s.ic.gov", "aws-iso"],
    ["dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "api.ecr.us-isob-east-1.sc2s.sgov.gov", "aws-iso-b"],
    ["dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "api.ecr.eu-isoe-west-1.cloud.adc-e.uk", "aws-iso-e"],
    ["dkr.ecr.us-isof-south-1.csp.hci.ic.gov", "api.ecr.us-isof-south-1.csp.hci.ic.gov", "aws-iso-f"],
  ] as const) {
    test(`${registry}: ${api}, over one connection`, async () => {
      const host = `123456789012.${registry}`;
      const { answer, message, requests, connections } = await withKeys({ image: `${host}/app` }, partition);
      assert.ok(answer !== undefined, message);
      assert.deepEqual(Object.keys(answer.auth), [host]);
      assert.deepEqual(
        requests.map((request) => request.host),
        [api],
      );
      // The connection that was opened ahead is used.
      assert.deepEqual(
        connections.map(({ serverName }) => serverName),
        [api],
      );
    });
  }

  test("the environment overrides the host's form", async () => {
    const image = "123456789012.dkr-ecr-fips.us-west-2.on.aws/app";
    const env = { AWS_USE_FIPS_ENDPOINT: "false", AWS_USE_DUALSTACK_ENDPOINT: "false" };
    const { requests } = await withKeys({ image, env });
    assert.equal(requests[0]?.host, "api.ecr.us-west-2.amazonaws.com");
    const forced = await withKeys({
      image: "123456789012.dkr.ecr.ca-central-1.amazonaws.com/app",
      env: { AWS_USE_FIPS_ENDPOINT: "true", AWS_USE_DUALSTACK_ENDPOINT: "true" },
    });
    assert.equal(forced.requests[0]?.host, "ecr-fips.ca-central-1.api.aws");
  });

  test("a configured endpoint overrides everything, including the host's form", async () => {
    const env = { AWS_ENDPOINT_URL_ECR: "https://api.ecr.eu-west-1.amazonaws.com" };
    const { requests, connections } = await withKeys({
      image: "123456789012.dkr.ecr-fips.us-west-2.amazonaws.com/app",
      env,
    });
    assert.deepEqual(
      connections.map(({ serverName }) => serverName),
      ["api.ecr.eu-west-1.amazonaws.com"],
    );
    assert.match(requests[0]?.headers["authorization"] ?? "", /\/us-west-2\/ecr\//);
  });

  test("the environment comes from the request, not from the process", async () => {
    process.env["AWS_ENDPOINT_URL_ECR"] = "https://api.ecr.eu-west-2.amazonaws.com";
    const { requests } = await withKeys();
    delete process.env["AWS_ENDPOINT_URL_ECR"];
    assert.equal(requests[0]?.host, "api.ecr.us-west-2.amazonaws.com");
  });

  test("AWS's rules reject FIPS with a configured endpoint; nothing is sent", async () => {
    const env = { AWS_ENDPOINT_URL_ECR: "https://vpce.example", AWS_USE_FIPS_ENDPOINT: "true" };
    const { message, connections } = await withKeys({ env });
    assert.match(
      message,
      /no endpoint of Amazon ECR in us-west-2: .*FIPS cannot be combined with a configured endpoint/,
    );
    assert.equal(connections.length, 0);
  });

  test("a configured endpoint without TLS is rejected, except on loopback", async () => {
    const { message, connections } = await withKeys({ env: { AWS_ENDPOINT_URL: "http://ecr.example" } });
    assert.match(
      message,
      /calling http:\/\/ecr.example: refused to send credentials over an unencrypted connection/,
    );
    assert.equal(connections.length, 0);
  });
});

describe("ECR Public", () => {
  for (const [host, api] of [
    ["public.ecr.aws", "api.ecr-public.us-east-1.amazonaws.com"],
    ["ecr-public.aws.com", "ecr-public.us-east-1.api.aws"],
  ] as const) {
    test(`${host}: ${api}`, async () => {
      const { answer, calls, requests, connections } = await withKeys({
        image: `${host}/docker/library/busybox`,
      });
      assert.deepEqual(calls, ["aws.ecr-public GetAuthorizationToken 200"]);
      assert.deepEqual(Object.keys(answer?.auth ?? {}), [host]);
      assert.equal(requests[0]?.host, api);
      assert.equal(connections.length, 1);
      assert.equal(requests[0]?.headers["x-amz-target"], "SpencerFrontendService.GetAuthorizationToken");
    });
  }

  for (const fault of [
    { kind: "hang", when: "request" },
    { kind: "reset", when: "request" },
  ] as const) {
    test(`unreachable (${fault.kind}): quickly an anonymous pull, cached for minutes`, async () => {
      await clouds.faults.add({ service: "aws.ecr-public", fault });
      const startedAt = performance.now();
      const { answer, message, lines } = await withKeys({ image: "public.ecr.aws/app" });
      assert.ok(performance.now() - startedAt < 6_500);
      assert.ok(answer !== undefined, message);
      const login = answer.auth["public.ecr.aws"];
      assert.deepEqual([login?.username, login?.password.isEmpty], ["", true]);
      const minutes = (Number(answer.expiresAt) - Date.now()) / 60_000;
      assert.ok(minutes > 9 && minutes <= 10, String(minutes));
      assert.ok(lines.some((line) => line.includes("without a password")));
    });
  }

  test("keys of another partition: the error names their partition and says that no keys are needed", async () => {
    const env = await clouds.aws.env("static", "aws-cn");
    const { message } = await askPlugin(ecr, clouds, { image: "public.ecr.aws/app", env });
    assert.match(message, /commercial partition \(not.*pulls need no password/);
  });

  test("a node without an identity still gets an error", async () => {
    const { message, answer } = await askPlugin(ecr, clouds, { image: "public.ecr.aws/app" });
    assert.equal(answer, undefined);
    assert.match(message, /none found/);
  });

  test("denied: the advice names both required permissions", async () => {
    const { message } = await askPlugin(ecr, clouds, {
      identity: "imds",
      image: "public.ecr.aws/app",
      args: [`--role-arn=${clouds.aws.roleArn("denied")}`],
    });
    assert.match(message, /ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken/);
  });
});

describe("keys of the response", () => {
  test("the port is kept", async () => {
    const { answer } = await withKeys({ image: `${REGISTRY}:443/app` });
    assert.deepEqual(Object.keys(answer?.auth ?? {}), [`${REGISTRY}:443`]);
  });

  test("--registry: a mirror's images get the target's credential under the mirror's name", async () => {
    const args = [`--registry=mirror.example:5000=${REGISTRY}`, "--registry=hub.example=public.ecr.aws"];
    const mirror = await withKeys({ image: "mirror.example:5000/app", args });
    assert.deepEqual(mirror.calls, [`${ECR} 200`]);
    assert.deepEqual(Object.keys(mirror.answer?.auth ?? {}), ["mirror.example:5000"]);
    const hub = await withKeys({ image: "hub.example/app", args });
    assert.deepEqual(hub.calls, ["aws.ecr-public GetAuthorizationToken 200"]);
    const otherPort = await withKeys({ image: "mirror.example:5001/app", args });
    assert.match(
      otherPort.message,
      /mirror.example:5001 is not an Amazon ECR registry; narrow the matchImages/,
    );
    assert.deepEqual(otherPort.calls, []);
  });

  test("another host: an error that says how to allow it, and nothing is sent", async () => {
    const { message, connections } = await withKeys({ image: "docker.io/library/nginx" });
    assert.match(message, /docker.io is not an Amazon ECR registry; narrow the matchImages entry/);
    assert.match(message, /--registry docker.io=<ECR registry host>/);
    assert.equal(connections.length, 0);
  });

  test("the registry accepts the password until it expires", async () => {
    clouds.aws.expiresIn = 7200;
    const startedAt = Date.now();
    const { answer } = await withKeys();
    clouds.aws.expiresIn = 43_200;
    const { username, password } = answer?.auth[REGISTRY] ?? {};
    assert.equal(username, "AWS");
    assert.ok(password !== undefined && !password.isEmpty && String(password) === "[redacted]");
    const left = Number(answer?.expiresAt) - startedAt;
    assert.ok(left > 7_190_000 && left < 7_210_000, String(left));
  });
});

describe("a name that does not exist, and the setting it comes from", () => {
  for (const [what, image, env, said] of [
    [
      "FIPS by the environment",
      `123456789012.dkr.ecr.eu-west-2.amazonaws.com/app`,
      { AWS_USE_FIPS_ENDPOINT: "true" },
      /AWS_USE_FIPS_ENDPOINT is true, and Amazon ECR may have no FIPS endpoint in eu-west-2/,
    ],
    [
      "FIPS by the host's form",
      `123456789012.dkr.ecr-fips.eu-west-2.amazonaws.com/app`,
      {},
      /the registry's host name asks for it, and Amazon ECR may have no FIPS/,
    ],
    [
      "dual-stack by the environment",
      `123456789012.dkr.ecr.eu-west-2.amazonaws.com/app`,
      { AWS_USE_DUALSTACK_ENDPOINT: "true" },
      /AWS_USE_DUALSTACK_ENDPOINT is true, and Amazon ECR may have no dual-stack/,
    ],
    [
      "a configured endpoint",
      `123456789012.dkr.ecr.eu-west-2.amazonaws.com/app`,
      { AWS_ENDPOINT_URL_ECR: "https://vpce.example" },
      /check the host name in AWS_ENDPOINT_URL/,
    ],
    ["the usual endpoint", `123456789012.dkr.ecr.eu-west-2.amazonaws.com/app`, {}, /check the node's DNS/],
  ] as const) {
    test(what, async () => {
      const http = {
        preconnect() {},
        firstSent: () => new Promise<void>(() => {}),
        metadata: () => Promise.reject(new Error("must not be called")),
        cloud: ({ url }: { readonly url: string }) =>
          Promise.reject(
            new CredentialError({
              action: "asking Amazon ECR",
              reason: `the name ${new URL(url).hostname} could not be resolved (ENOTFOUND)`,
              advice: "check the node's DNS",
              cause: new TransportError("lookup", "ENOTFOUND", "not found"),
            }),
          ),
      };
      const { message } = await withKeys({ image, env, context: { http } });
      assert.match(message, said);
    });
  }
});

describe("the advice for AWS's denials names the policy to change", () => {
  const denials: readonly (readonly [string, RegExp])[] = [
    [
      "User: x is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
      /allow .* the action ecr:GetAuthorizationToken/,
    ],
    [
      "x is not authorized to perform: y on resource: * with an explicit deny in a service control policy",
      /remove that explicit deny in the service control policy/,
    ],
    [
      "x is not authorized to perform: y on resource: * with an explicit deny in an identity-based policy",
      /remove that explicit deny in the identity-based policy/,
    ],
    ["x is not authorized to perform: y with an explicit deny", /remove that explicit deny: it overrides/],
    [
      "x is not authorized to perform: y on resource: * because no VPC endpoint policy allows the y action",
      /allow the action in the VPC endpoint policy too/,
    ],
    [
      "x is not authorized to perform: y because no permissions boundary allows the y action",
      /allow the action in the permissions boundary too/,
    ],
  ];
  for (const [words, advice] of denials) {
    test(words.slice(0, 90), async () => {
      await clouds.faults.add({
        service: "aws.ecr",
        fault: {
          kind: "answer",
          reply: {
            status: 400,
            headers: { "content-type": "application/x-amz-json-1.1" },
            body: JSON.stringify({ __type: "AccessDeniedException", message: words }),
          },
        },
      });
      assert.match((await withKeys()).message, advice);
    });
  }
});

test("a password without an expiry is returned but not cached", async () => {
  await clouds.faults.add({
    service: "aws.ecr",
    fault: {
      kind: "answer",
      reply: {
        status: 200,
        headers: { "content-type": "application/x-amz-json-1.1" },
        body: JSON.stringify({ authorizationData: [{ authorizationToken: btoa("AWS:password-of-test") }] }),
      },
    },
  });
  const { answer, message } = await withKeys();
  assert.equal(answer?.expiresAt, "do-not-cache", message);
});

for (const [what, pair] of [
  ["a line break", "AWS:pass\nword"],
  ["a letter that is not ASCII", "AWS:passw\u00f6rd"],
  ["a space in the user name", "A WS:password"],
] as const) {
  test(`Security 14: ${what} in the login is an error; the kubelet gets no login`, async () => {
    const authorizationToken = Buffer.from(pair).toString("base64");
    const body = JSON.stringify({ authorizationData: [{ authorizationToken, expiresAt: 2e9 }] });
    await clouds.faults.add({
      service: "aws.ecr",
      fault: {
        kind: "answer",
        reply: { status: 200, headers: { "content-type": "application/x-amz-json-1.1" }, body },
      },
    });
    const { answer, message } = await withKeys();
    assert.equal(answer, undefined);
    assert.match(message, /status 200 with a password that has characters that it cannot have/);
  });
}

test("a redirect, or JSON without a code, is not treated as an API error", async () => {
  for (const [status, headers] of [
    [307, { location: "https://sign-in.example/" }],
    [403, { "content-type": "application/json" }],
  ] as const) {
    const fault = { kind: "answer", reply: { status, headers, body: "{}" } } as const;
    await clouds.faults.add({ service: "aws.ecr", fault });
    const { message } = await withKeys();
    assert.match(
      message,
      new RegExp(`status ${status}, a response that is not the API's.*; check what responds there`),
    );
  }
});

describe("faults", () => {
  async function withFault(fault: FaultRule["fault"], times?: number) {
    await clouds.faults.add({ service: "aws.ecr", fault, ...(times === undefined ? {} : { times }) });
    return withKeys();
  }
  const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    ({
      kind: "answer",
      reply: {
        status,
        headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": "req-7", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      },
    }) as const;

  for (const [what, fault] of [
    ["429", json(429, {})],
    ["500", json(500, { __type: "ServerException", message: "x" })],
    ["503 with no JSON", json(503, "<html>busy")],
    ["400 ThrottlingException", json(400, { __type: "ThrottlingException", message: "Rate exceeded" })],
    ["400 with a namespace", json(400, { __type: "com.amazonaws.ecr#TooManyRequestsException" })],
    ["a reset", { kind: "reset", when: "request" }],
    ["a cut answer", { kind: "truncate" }],
  ] as const) {
    test(`${what} twice, then success: three requests`, async () => {
      const { answer, calls, message } = await withFault(fault, 2);
      assert.ok(answer !== undefined, message);
      assert.equal(calls.length, 3);
      assert.equal(calls[2], `${ECR} 200`);
    });
  }

  test("a permanent 500: four requests, then the service's message", async () => {
    const { message, calls } = await withFault(
      json(500, { __type: "ServerException", message: "overloaded" }),
    );
    assert.deepEqual(calls, new Array(4).fill(`${ECR} 500`));
    assert.match(message, /asking Amazon ECR in us-west-2 \(GetAuthorizationToken\) as access key \w+/);
    assert.match(message, /status 500, ServerException: overloaded \(request id req-7\)/);
  });

  test("Retry-After is honoured, unless it exceeds the deadline", async () => {
    const waits: number[] = [];
    const clock: Clock = {
      now: Date.now,
      elapsed: () => performance.now(),
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
      },
    };
    await clouds.faults.add({ service: "aws.ecr", times: 1, fault: json(429, {}, { "retry-after": "3" }) });
    const patient = await withKeys({ context: { clock, deadline: new Deadline(10_000, clock) } });
    assert.ok(patient.answer !== undefined);
    assert.deepEqual(waits, [3000]);
    await clouds.faults.add({ service: "aws.ecr", times: 1, fault: json(429, {}, { "retry-after": "60" }) });
    const hurried = await withKeys({ context: { clock, deadline: new Deadline(10_000, clock) } });
    assert.deepEqual(hurried.calls, [`${ECR} 429`]);
    assert.equal(waits.length, 1);
  });

  for (const [what, fault, said] of [
    ["200 without data", json(200, {}), /status 200 with no authorizationToken/],
    ["200 with an empty list", json(200, { authorizationData: [] }), /status 200 with no authorizationToken/],
    [
      "a token that is not a login",
      json(200, { authorizationData: [{ authorizationToken: "QVdT", expiresAt: 4e9 }] }),
      /not base64 of user:password/,
    ],
    ["200 with HTML", json(200, "<html>welcome"), /status 200, a response that is not the API's/],
    ["nothing", json(200, ""), /status 200, a response that is not the API's/],
    ["a JSON string", json(200, '"hello"'), /status 200, a response that is not the API's/],
    ["garbage", { kind: "garbage" }, /asking Amazon ECR/],
    ["a body that is too large", { kind: "huge", bytes: 3_000_000 }, /larger than any credential/],
    ["a redirect", { kind: "redirect", location: "https://evil.test/" }, /status 307/],
  ] as const) {
    test(`${what}: an error after one request`, async () => {
      const { answer, message, calls } = await withFault(fault);
      assert.equal(answer, undefined);
      assert.equal(calls.length, 1);
      assert.match(message, said);
    });
  }

  for (const problem of ["expired", "wrong-host", "unknown-issuer", "not-yet-valid"] as const) {
    test(`a certificate that is ${problem}: no request is sent`, async () => {
      await clouds.faults.add({ service: "aws.ecr", fault: { kind: "certificate", problem } });
      // A separate region, because connections to the others are already open.
      const { message, calls } = await withKeys({
        image: "123456789012.dkr.ecr.eu-north-1.amazonaws.com/app",
      });
      assert.deepEqual(calls, []);
      assert.match(message, /the TLS certificate of api.ecr.eu-north-1.amazonaws.com is refused/);
    });
  }
});

describe("AWS's message and the advice for it", () => {
  test("a role without the permission", async () => {
    const { message, calls } = await askPlugin(ecr, clouds, {
      identity: "imds",
      args: [`--role-arn=${clouds.aws.roleArn("denied")}`],
    });
    assert.equal(calls.at(-1), `${ECR} 400`);
    assert.match(
      message,
      /status 400, AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role\/denied/,
    );
    assert.match(
      message,
      /\(request id [0-9a-f-]{36}\); allow arn:aws:iam::123456789012:role\/denied the action ecr:Get/,
    );
  });

  test("a key that is unknown in this partition", async () => {
    const { message } = await withKeys({}, "aws-cn");
    assert.match(message, /UnrecognizedClientException: .*check the access key/);
  });

  test("a wrong secret", async () => {
    const { message } = await withKeys({ env: { AWS_SECRET_ACCESS_KEY: "not-it-not-it" } });
    assert.match(message, /InvalidSignatureException: .*check the secret access key/);
    assert.ok(!message.includes("not-it-not-it"));
  });

  test("an expired session", async () => {
    const ended = clouds.aws.iam.startSession(clouds.aws.roleArn("node"), "ended", -60);
    const { message } = await withKeys({
      env: {
        AWS_ACCESS_KEY_ID: ended.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ended.secretAccessKey,
        AWS_SESSION_TOKEN: ended.sessionToken,
      },
    });
    assert.match(message, /ExpiredTokenException: .*get new credentials.*clock/);
  });
});

describe("secrets", () => {
  test("do not appear in messages or the log", async () => {
    for (const identity of [
      "imds",
      "static",
      "session",
      "web-identity",
      "pod-identity",
      "profile-assume-role",
    ] as const) {
      const { answer, message, lines } = await askPlugin(ecr, clouds, { identity });
      assert.ok(answer !== undefined, message);
      assert.deepEqual(clouds.secrets.findIn([message, ...lines, JSON.stringify(answer)].join("\n")), []);
    }
  });
});
