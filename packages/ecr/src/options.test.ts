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
      roleArn: undefined,
      podRoleArn: undefined,
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

  test("arguments of the plugin that this one replaces are passed over", () => {
    assert.deepEqual(options(["get-credentials"]), options());
  });

  test("every flag", () => {
    const parsed = options([
      "--identity=pod",
      "--identity-fallback",
      "node",
      "--role-arn=arn:aws-cn:iam::210987654321:role/path/pull",
      "--role-session-name=node-7",
      "--registry",
      "mirror.example:5000=123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
      "--registry=hub.example=public.ecr.aws",
    ]);
    assert.deepEqual(parsed.identity, { identity: "pod", fallback: "node" });
    assert.equal(parsed.roleArn, "arn:aws-cn:iam::210987654321:role/path/pull");
    assert.equal(parsed.sessionName, "node-7");
    assert.deepEqual(
      parsed.mirrors.map(({ mirror, target }) => [mirror, target]),
      [
        ["mirror.example:5000", "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com"],
        ["hub.example", "public.ecr.aws"],
      ],
    );
  });

  test("endpoints: a service's own variable wins over the common one", () => {
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

  test("AWS_REGION wins over AWS_DEFAULT_REGION; empty variables are not set", () => {
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
    [["--role-session-name=a b"], {}, /--role-session-name is "a b"/],
    [["--role-session-name=x"], {}, /--role-session-name is "x", expected 2 to 64/],
    [["--verbose"], {}, /unknown flag --verbose/],
    [[], { AWS_ECR_ROLE_ARN: "nobody" }, /AWS_ECR_ROLE_ARN is "nobody"/],
    [[], { AWS_ROLE_SESSION_NAME: "a/b" }, /AWS_ROLE_SESSION_NAME is "a\/b"/],
    [[], { AWS_USE_FIPS_ENDPOINT: "yes" }, /AWS_USE_FIPS_ENDPOINT is "yes", expected true or false/],
    [[], { AWS_ENDPOINT_URL_ECR: "vpce.example" }, /AWS_ENDPOINT_URL_ECR is "vpce.example", expected a URL/],
    [[], { AWS_ENDPOINT_URL: "ftp://x.example" }, /AWS_ENDPOINT_URL is "ftp:/],
  ] as const) {
    test(`refused: ${JSON.stringify(args)} ${JSON.stringify(env)}`, () => {
      assert.throws(
        () => options(args, env),
        (error) => error instanceof OptionsError && message.test(error.message),
      );
    });
  }
});
