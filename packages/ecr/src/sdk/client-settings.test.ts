import assert from "node:assert/strict";
import { test } from "node:test";
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import type { AwsCredentials } from "@imagecred/identities/aws";
import { Secret } from "@imagecred/protocol";
import { testContext } from "@imagecred/protocol/testing";
import { clientSettings, signLast } from "./client-settings.ts";

test("a request is ready but for the signature before it is known who signs it", async () => {
  const steps: string[] = [];
  const caller = Promise.withResolvers<AwsCredentials>();
  const context = testContext(
    {},
    {
      http: {
        preconnect() {},
        firstSent: () => new Promise<void>(() => {}),
        metadata: () => Promise.reject(new Error("not to be asked")),
        cloud: async ({ headers }) => {
          steps.push(`sent by ${/Credential=(\w+)/.exec(headers?.["authorization"] ?? "")?.[1]}`);
          return { status: 200, headers: {}, body: new TextEncoder().encode("{}") };
        },
      },
    },
  );
  const purpose = {
    service: "Amazon ECR",
    operation: "GetAuthorizationToken",
    region: "us-west-2",
    endpoint: { url: undefined, fips: false, dualStack: false },
    credentials: () => caller.promise,
  };
  const client = new ECRClient(clientSettings(purpose, context));
  signLast(client.config);
  const prepared = Promise.withResolvers<void>();
  client.middlewareStack.add(
    (next) => (args) => {
      steps.push("prepared");
      prepared.resolve();
      return next(args);
    },
    { step: "build", priority: "low" },
  );
  const sending = client.send(new GetAuthorizationTokenCommand({}));
  await prepared.promise;
  steps.push("caller known");
  caller.resolve({
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: new Secret("secret-of-the-example"),
    sessionToken: undefined,
  });
  await sending;
  assert.deepEqual(steps, ["prepared", "caller known", "sent by AKIDEXAMPLE"]);
});
