import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OptionsError } from "@imagecred/protocol";
import { parseOptions } from "./options.ts";

function options(args: readonly string[] = [], env: Record<string, string> = {}) {
  return parseOptions({ args, env });
}

describe("options", () => {
  test("without arguments and environment", () => {
    assert.deepEqual(options(), {
      identity: { identity: "auto", fallback: "unassigned" },
      mirrors: [],
      identitiesFile: undefined,
      roles: [],
      podRoleArn: undefined,
      profile: undefined,
      node: { kind: "own" },
      sessionName: "ecr-credential-provider",
      region: undefined,
      endpoints: {
        fips: undefined,
        dualStack: undefined,
        ecr: undefined,
        ecrPublic: undefined,
        sts: undefined,
      },
    });
  });

  test("arguments of the Go plugin are ignored", () => {
    assert.deepEqual(options(["get-credentials"]), options());
  });

  test("every flag", () => {
    const parsed = options([
      "--identity=pod",
      "--identity-fallback",
      "node",
      "--role-arn=arn:aws-cn:iam::210987654321:role/path/pull",
      "--role-session-name=node-7",
      "--external-id=partner:42",
      "--identities=/etc/kubernetes/identities.yaml",
      "--registry",
      "mirror.example:5000=123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
      "--registry=hub.example=public.ecr.aws",
    ]);
    assert.deepEqual(parsed.identity, { identity: "pod", fallback: "node" });
    assert.deepEqual(parsed.roles, [
      {
        roleArn: { text: "arn:aws-cn:iam::210987654321:role/path/pull", from: "--role-arn" },
        externalId: "partner:42",
      },
    ]);
    assert.equal(parsed.identitiesFile, "/etc/kubernetes/identities.yaml");
    assert.equal(parsed.sessionName, "node-7");
    assert.deepEqual(
      parsed.mirrors.map(({ mirror, target }) => [mirror, target]),
      [
        ["mirror.example:5000", "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com"],
        ["hub.example", "public.ecr.aws"],
      ],
    );
  });

  test("endpoints: a service's own variable overrides the common one", () => {
    const env = {
      AWS_ENDPOINT_URL: "https://all.example",
      AWS_ENDPOINT_URL_STS: "https://sts.example",
      AWS_USE_FIPS_ENDPOINT: "TRUE",
      AWS_USE_DUALSTACK_ENDPOINT: "false",
    };
    assert.deepEqual(options([], env).endpoints, {
      fips: true,
      dualStack: false,
      ecr: "https://all.example",
      ecrPublic: "https://all.example",
      sts: "https://sts.example",
    });
    const ignored = options([], { ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" });
    assert.equal(ignored.endpoints.ecr, undefined);
    assert.equal(ignored.endpoints.sts, undefined);
  });

  test("AWS_REGION overrides AWS_DEFAULT_REGION; empty variables count as not set", () => {
    assert.equal(
      options([], { AWS_REGION: "us-west-2", AWS_DEFAULT_REGION: "us-east-1" }).region,
      "us-west-2",
    );
    assert.equal(options([], { AWS_REGION: "", AWS_DEFAULT_REGION: "us-east-1" }).region, "us-east-1");
    assert.equal(options([], { AWS_ECR_ROLE_ARN: "" }).podRoleArn, undefined);
  });

  for (const [args, env, message] of [
    [["--identity=root"], {}, /--identity is "root"/],
    [["--identity-fallback=pod"], {}, /--identity-fallback is "pod"/],
    [["--role-arn=pull"], {}, /--role-arn is "pull", expected the ARN of a role/],
    [["--role-arn=arn:aws:iam::123456789012:user/x"], {}, /--role-arn/],
    [
      ["--role-arn=arn:aws:iam::{acount}:role/x"],
      {},
      /--role-arn has \{acount\} at character 14, expected \{account\}, \{region\} or \{partition\}/,
    ],
    [
      ["--role-arn=arn:aws:iam::{account:role/x"],
      {},
      /--role-arn has \{ at character 14 without a \} after it/,
    ],
    [
      ["--role-arn=arn:aws:iam::{region}:role/x"],
      {},
      /--role-arn is "arn:aws:iam::\{region\}:role\/x", expected the ARN/,
    ],
    [
      ["--external-id=x", "--role-arn=arn:aws:iam::123456789012:role/x"],
      {},
      /--external-id is "x", expected 2 to 1224/,
    ],
    [["--external-id=partner"], {}, /--external-id requires --role-arn/],
    [[], { AWS_ECR_ROLE_ARN: "arn:aws:iam::{x}:role/y" }, /AWS_ECR_ROLE_ARN has \{x\}/],
    [["--role-session-name=a b"], {}, /--role-session-name is "a b"/],
    [["--role-session-name=x"], {}, /--role-session-name is "x", expected 2 to 64/],
    [["--verbose"], {}, /unknown flag --verbose/],
    [[], { AWS_ECR_ROLE_ARN: "nobody" }, /AWS_ECR_ROLE_ARN is "nobody"/],
    [[], { AWS_ROLE_SESSION_NAME: "a/b" }, /AWS_ROLE_SESSION_NAME is "a\/b"/],
    [[], { AWS_USE_FIPS_ENDPOINT: "yes" }, /AWS_USE_FIPS_ENDPOINT is "yes", expected true or false/],
    [[], { AWS_ENDPOINT_URL_ECR: "vpce.example" }, /AWS_ENDPOINT_URL_ECR is "vpce.example", expected a URL/],
    [[], { AWS_ENDPOINT_URL: "ftp://x.example" }, /AWS_ENDPOINT_URL is "ftp:/],
  ] as const) {
    test(`rejected: ${JSON.stringify(args)} ${JSON.stringify(env)}`, () => {
      assert.throws(
        () => options(args, env),
        (error) => error instanceof OptionsError && message.test(error.message),
      );
    });
  }
});
