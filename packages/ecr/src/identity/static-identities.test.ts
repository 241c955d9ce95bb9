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

describe("additional variables of AWS's SDK for Go", () => {
  const { accessKeyId, secretAccessKey } = clouds.aws.user();

  test("AWS_ACCESS_KEY and AWS_SECRET_KEY are used instead of the instance's role", async () => {
    const env = { AWS_ACCESS_KEY: accessKeyId, AWS_SECRET_KEY: secretAccessKey };
    assert.deepEqual((await askPlugin(ecr, clouds, { identity: "imds", env })).calls, [ECR_OK]);
  });

  test("AWS_DEFAULT_PROFILE names the profile if AWS_PROFILE is not set", async () => {
    const keys = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
    const file = await clouds.core.writeFile("default-profile", `[puller]\n${keys}`);
    const env = { AWS_DEFAULT_PROFILE: "puller", AWS_SHARED_CREDENTIALS_FILE: file };
    assert.deepEqual((await askPlugin(ecr, clouds, { identity: "imds", env })).calls, [ECR_OK]);
    const other = { ...env, AWS_PROFILE: "absent" };
    const { message, calls } = await askPlugin(ecr, clouds, { identity: "imds", env: other });
    assert.deepEqual(calls, []);
    assert.match(message, /profile absent/);
  });
});

describe("keys that a header cannot contain (Security 14)", () => {
  const { accessKeyId, secretAccessKey } = clouds.aws.user();

  test("a line break at the end of a variable, as YAML's block scalars have one, is ignored", async () => {
    const env = { AWS_ACCESS_KEY_ID: `${accessKeyId}\n`, AWS_SECRET_ACCESS_KEY: ` ${secretAccessKey}\n` };
    assert.deepEqual((await askPlugin(ecr, clouds, { identity: "imds", env })).calls, [ECR_OK]);
  });

  for (const [what, id, secret, session] of [
    ["access key id", "AKIA\u0000X", "s", "t"],
    ["secret access key", "AKIAX", "a b", "t"],
    ["session token", "AKIAX", "s", "t\u00e9"],
  ] as const) {
    test(`${what}: an error that names the source and quotes nothing, and no request`, async () => {
      const document = { Version: 1, AccessKeyId: id, SecretAccessKey: secret, SessionToken: session };
      const output = await clouds.core.writeFile("odd-output.json", JSON.stringify(document));
      const config = `[profile odd]\ncredential_process = cat "${output}"\n`;
      const env = { AWS_PROFILE: "odd", AWS_CONFIG_FILE: await clouds.core.writeFile("odd-config", config) };
      const { message, calls } = await askPlugin(ecr, clouds, { identity: "imds", env });
      assert.deepEqual(calls, []);
      assert.match(
        message,
        new RegExp(
          `from the credential_process of profile odd: the ${what} has characters that it cannot have`,
        ),
      );
    });
  }
});

describe("web identity token file", () => {
  test("the token is exchanged for a role, then ECR: two requests", async () => {
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

  test("a missing or invalid role, or a missing file, ends the chain", async () => {
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
