import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import {
  ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { askPlugin, type Question } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { ecr } from "../provider.ts";

const clouds = await startClouds();
after(() => clouds.close());

const KEYS = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

interface Captured {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The request that AWS's own SDK makes. */
async function sdkRequest(api: "ecr" | "public", region: string): Promise<Captured> {
  let captured: Captured | undefined;
  const settings = {
    region,
    credentials: KEYS,
    requestHandler: {
      handle(request: Captured): never {
        captured = request;
        throw new Error("captured");
      },
    },
  };
  const sending =
    api === "ecr"
      ? new ECRClient(settings).send(new GetAuthorizationTokenCommand({}))
      : new ECRPUBLICClient(settings).send(new GetPublicAuthorizationTokenCommand({}));
  await assert.rejects(sending, /captured/);
  assert.ok(captured !== undefined);
  return captured;
}

const scopeOf = (headers: Readonly<Record<string, string>>) =>
  /Credential=\w+\/\d{8}\/(\S+),/.exec(headers["authorization"] ?? "")?.[1];

for (const [api, region, host] of [
  ["ecr", "eu-west-2", "123456789012.dkr.ecr.eu-west-2.amazonaws.com"],
  ["ecr", "cn-north-1", "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"],
  ["public", "us-east-1", "public.ecr.aws"],
] as const) {
  test(`the request to ${host} equals the SDK's`, async () => {
    const sdk = await sdkRequest(api, region);
    const env = await clouds.aws.env("static", region === "cn-north-1" ? "aws-cn" : "aws");
    const { requests, message } = await askPlugin(ecr, clouds, { image: `${host}/app`, env });
    const [ours] = requests;
    assert.ok(ours !== undefined, message);
    assert.equal(ours.host, sdk.hostname);
    assert.equal(ours.method, sdk.method);
    assert.equal(ours.path, sdk.path);
    assert.equal(String(ours.body), String(sdk.body));
    for (const name of ["content-type", "x-amz-target"]) assert.equal(ours.headers[name], sdk.headers[name]);
    assert.equal(scopeOf(ours.headers), scopeOf(sdk.headers));
  });
}

describe("the response", () => {
  async function answered(
    headers: Readonly<Record<string, string>>,
    status: number,
    document: unknown,
    more: Question = {},
  ) {
    const reply = {
      status,
      headers: { "content-type": "application/x-amz-json-1.1", ...headers },
      body: JSON.stringify(document),
    };
    await clouds.faults.add({ service: "aws.ecr", fault: { kind: "answer", reply } });
    return askPlugin(ecr, clouds, { identity: "static", ...more });
  }
  const data = (expiresAt: unknown) => ({
    authorizationData: [{ authorizationToken: btoa("AWS:password-of-test"), expiresAt }],
  });

  for (const [what, expiresAt, expected] of [
    ["seconds with a fraction", 4_000_000_000.25, 4_000_000_000_250],
    ["null", null, "do-not-cache"],
    ["a text that is not a time", "soon", "do-not-cache"],
  ] as const) {
    test(`its expiry, ${what}`, async () => {
      const { answer, message } = await answered({}, 200, data(expiresAt));
      assert.equal(answer?.expiresAt, expected, message);
    });
  }

  for (const [what, headers, document, said] of [
    [
      "in the document",
      {},
      { __type: "com.amazonaws.ecr#ServerException", message: "m" },
      /ServerException: m/,
    ],
    [
      "in a header, before a URL",
      { "x-amzn-errortype": "ServerException:http://internal.amazon.com/" },
      { Message: "M" },
      /ServerException: M/,
    ],
    ["without a message", {}, { __type: "ServerException" }, /ServerException: no message/],
  ] as const) {
    test(`the error's code ${what}`, async () => {
      const { message } = await answered(headers, 400, document);
      assert.match(message, said);
    });
  }
});
