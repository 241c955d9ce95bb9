import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { ecr } from "../provider.ts";

const clouds = await startClouds();
after(() => clouds.close());

const ECR_OK = "aws.ecr GetAuthorizationToken 200";

describe("environment variables", () => {
  test("a user's keys: one request", async () => {
    const { calls, answer, connections } = await askPlugin(ecr, clouds, { identity: "static" });
    assert.deepEqual(calls, [ECR_OK]);
    assert.equal(connections.length, 1);
    assert.ok(answer !== undefined);
  });

  test("temporary keys, with their session token", async () => {
    assert.deepEqual((await askPlugin(ecr, clouds, { identity: "session" })).calls, [ECR_OK]);
  });

  for (const [there, missing] of [
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"],
  ] as const) {
    test(`${there} without ${missing} ends the chain`, async () => {
      const { message, calls } = await askPlugin(ecr, clouds, { identity: "imds", env: { [there]: "x" } });
      assert.deepEqual(calls, []);
      assert.match(message, new RegExp(`${there} is set and ${missing} is not; set both or neither`));
    });
  }
});

describe("web identity token file", () => {
  test("token for role, then ECR: two requests", async () => {
    const { calls } = await askPlugin(ecr, clouds, { identity: "web-identity" });
    assert.deepEqual(calls, ["aws.sts AssumeRoleWithWebIdentity 200", ECR_OK]);
  });

  test("AWS_ROLE_SESSION_NAME names the session", async () => {
    const { requests } = await askPlugin(ecr, clouds, {
      identity: "web-identity",
      env: { AWS_ROLE_SESSION_NAME: "node-7" },
    });
    assert.equal(new URLSearchParams(requests[0]?.body.toString()).get("RoleSessionName"), "node-7");
  });

  test("a role that is missing or none, or a file that is not there, ends the chain", async () => {
    const env = (change: Record<string, string>) =>
      askPlugin(ecr, clouds, { identity: "web-identity", env: change });
    const missing = await env({ AWS_ROLE_ARN: "" });
    assert.match(missing.message, /using AWS_WEB_IDENTITY_TOKEN_FILE: AWS_ROLE_ARN is not set/);
    const none = await env({ AWS_ROLE_ARN: "pod" });
    assert.match(none.message, /AWS_ROLE_ARN is "pod"/);
    const file = await env({ AWS_WEB_IDENTITY_TOKEN_FILE: "/nonexistent" });
    assert.match(file.message, /reading the web identity token \/nonexistent: no such file/);
    assert.deepEqual([...missing.calls, ...none.calls, ...file.calls], []);
  });
});
