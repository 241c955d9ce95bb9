import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { ecr } from "../provider.ts";

const clouds = await startClouds();
after(() => clouds.close());

/** The instance has a role, which must not replace a broken profile. */
describe("a broken default profile is an error, and the instance's role is not requested", () => {
  const role = `role_arn = ${clouds.aws.roleArn("pull")}\n`;
  for (const [what, profile, said] of [
    [
      "a key without a secret",
      "aws_access_key_id = AKIAX\n",
      /it has aws_access_key_id and no aws_secret_access_key/,
    ],
    [
      "a secret without a key",
      "aws_secret_access_key = x\n",
      /it has aws_secret_access_key and no aws_access_key_id/,
    ],
    ["a role without a source", role, /it has role_arn and no source of the role's credentials/],
    ["a source without a role", "source_profile = base\n", /it has source_profile and no role_arn/],
    [
      "a credential_source without a role",
      "credential_source = Environment\n",
      /it has credential_source and no role_arn/,
    ],
    [
      "a token file without a role",
      "web_identity_token_file = /t\n",
      /it has web_identity_token_file and no role_arn/,
    ],
    [
      "a source that does not exist",
      `${role}source_profile = none\n`,
      /its source_profile "none" does not exist/,
    ],
    [
      "a source without credentials",
      `${role}source_profile = base\n[profile base]\nregion = x-1\n`,
      /its source_profile base has no credentials/,
    ],
    [
      "a source with only one of key and secret",
      `${role}source_profile = base\n[profile base]\naws_access_key_id = A\n`,
      /profile base: it has aws_access_key_id and no/,
    ],
    [
      "both sources",
      `${role}source_profile = base\ncredential_source = Environment\n`,
      /it has both source_profile and credential_source/,
    ],
    ["an interactive sign-in", "sso_session = corp\n", /people who sign in/],
    ["an invalid line", "role_arn: x\n", /line 2: Expected an '=' sign defining a property/],
  ] as const) {
    for (const env of [{}, { AWS_PROFILE: "default" }]) {
      test(`${what}${"AWS_PROFILE" in env ? ", AWS_PROFILE=default" : ""}`, async () => {
        const AWS_CONFIG_FILE = await clouds.core.writeFile("config", `[default]\n${profile}`);
        const { message, calls } = await askPlugin(ecr, clouds, {
          identity: "imds",
          env: { ...env, AWS_CONFIG_FILE },
        });
        assert.deepEqual(calls, []);
        assert.match(message, said);
      });
    }
  }
});

describe("profiles that AWS's SDKs accept are accepted", () => {
  const { accessKeyId, secretAccessKey } = clouds.aws.user();
  const keys = `AWS_ACCESS_KEY_ID = ${accessKeyId}\nAws_Secret_Access_Key = ${secretAccessKey}\n`;
  for (const [what, content] of [
    ["settings in another letter case", `[default]\n${keys}`],
    ["a comment after the bracket", `[default]# for pulls\n${keys}`],
    ["a semicolon after the bracket", `[default];\n${keys}`],
    ["spaces in the brackets", `[ default ]\n${keys}`],
  ] as const) {
    test(what, async () => {
      const AWS_SHARED_CREDENTIALS_FILE = await clouds.core.writeFile("credentials", content);
      const { calls, message } = await askPlugin(ecr, clouds, {
        identity: "imds",
        env: { AWS_SHARED_CREDENTIALS_FILE },
      });
      assert.deepEqual(calls, ["aws.ecr GetAuthorizationToken 200"], message);
    });
  }
});

/**
 * The requests for each profile: the rows of smithy-rs's assume-role-tests.json (aws-config, "profile A
 * selected"), in our own form. `key B` signs, `role A` is assumed.
 */
describe("chains of roles as AWS's SDKs follow them", () => {
  const { accessKeyId, secretAccessKey } = clouds.aws.user();
  const keys = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
  const wrong = "aws_access_key_id = AKIAWRONGWRONGWRONG1\naws_secret_access_key = wrong\n";
  const arn = (name: "pull" | "node") => `role_arn = ${clouds.aws.roleArn(name)}\n`;
  const assumed = "aws.sts AssumeRole 200";
  const ok = "aws.ecr GetAuthorizationToken 200";
  for (const [what, config, expected] of [
    [
      "a role backed by keys",
      `[profile A]\n${arn("pull")}source_profile = B\n[profile B]\n${keys}`,
      [assumed, ok],
    ],
    [
      "the source's keys, not the profile's",
      `[profile A]\n${wrong}${arn("pull")}source_profile = B\n[profile B]\n${keys}`,
      [assumed, ok],
    ],
    [
      "a profile that is its own source",
      `[profile A]\n${keys}${arn("pull")}source_profile = A\n`,
      [assumed, ok],
    ],
    [
      "roles in a row",
      `[profile A]\n${arn("pull")}source_profile = B\n[profile B]\n${arn("node")}source_profile = C\n[profile C]\n${keys}`,
      [assumed, assumed, ok],
    ],
    [
      "keys take precedence over the role in a source profile",
      `[profile A]\n${wrong}${arn("pull")}source_profile = B\n[profile B]\n${arn("node")}source_profile = C\n${keys}[profile C]\n${wrong}`,
      [assumed, ok],
    ],
    ["no source", `[profile A]\n${arn("pull")}`, /no source of the role's credentials/],
    [
      "two sources",
      `[profile A]\n${arn("pull")}credential_source = Environment\nsource_profile = B\n[profile B]\n${keys}`,
      /has both/,
    ],
    [
      "a source without its secret",
      `[profile A]\n${arn("pull")}source_profile = B\n[profile B]\naws_access_key_id = a\n`,
      /no aws_secret_access_key/,
    ],
    [
      "a source without its key",
      `[profile A]\n${arn("pull")}source_profile = B\n[profile B]\naws_secret_access_key = a\n`,
      /no aws_access_key_id/,
    ],
    ["an empty source", `[profile A]\n${arn("pull")}source_profile = B\n[profile B]\n`, /has no credentials/],
    ["an unknown source", `[profile A]\n${arn("pull")}source_profile = B\n`, /does not exist/],
    ["no profile", "", /no such profile/],
    [
      "a loop",
      `[profile A]\n${arn("pull")}source_profile = B\n[profile B]\n${arn("node")}source_profile = A\n`,
      /is a loop/,
    ],
    [
      "a loop after a profile with keys",
      `[profile A]\n${wrong}${arn("pull")}source_profile = B\n[profile B]\n${arn("node")}source_profile = A\n`,
      /is a loop/,
    ],
    ["a token file without a role", "[profile A]\nweb_identity_token_file = /var/token.jwt\n", /no role_arn/],
  ] as const) {
    test(what, async () => {
      const AWS_CONFIG_FILE = await clouds.core.writeFile("config", config);
      const { calls, message } = await askPlugin(ecr, clouds, { env: { AWS_PROFILE: "A", AWS_CONFIG_FILE } });
      if (expected instanceof RegExp) {
        assert.match(message, expected);
        assert.deepEqual(calls, []);
      } else assert.deepEqual(calls, expected, message);
    });
  }
});
