import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OptionsError, systemFiles } from "@imagecred/protocol";
import { testContext } from "@imagecred/protocol/testing";
import { containerCredentials } from "./container.ts";

const RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

/**
 * The URL that gets the request, from the tests of AWS's SDK for Rust: aws-sdk-rust, sdk/aws-config/test-data/ecs-tests.json,
 * commit 00657f2e, all cases in their order. The published crate does not include that file.
 */
const CASES: readonly (readonly [
  name: string,
  env: Readonly<Record<string, string>>,
  expected: string | RegExp | "unavailable",
])[] = [
  ["no variable", {}, "unavailable"],
  ["a relative URI", { [RELATIVE]: "/credentials" }, "http://169.254.170.2/credentials"],
  ["a full URI without a host", { [FULL]: "/credentials" }, /FULL_URI is "\/credentials", expected https/],
  ["https", { [FULL]: "https://mypersonalsite/credentials" }, "https://mypersonalsite/credentials"],
  ["https and a port", { [FULL]: "https://mypersonalsite:8080/c" }, "https://mypersonalsite:8080/c"],
  ["localhost", { [FULL]: "http://localhost:8080/credentials" }, "http://localhost:8080/credentials"],
  ["ECS by its address", { [FULL]: "http://169.254.170.2/credentials" }, "http://169.254.170.2/credentials"],
  ["EKS Pod Identity", { [FULL]: "http://169.254.170.23/v1/c" }, "http://169.254.170.23/v1/c"],
  ["EKS Pod Identity, IPv6", { [FULL]: "http://[fd00:ec2::23]/v1/c" }, "http://[fd00:ec2::23]/v1/c"],
  [
    "both: the relative one has precedence",
    { [FULL]: "http://localhost:8080/credentials", [RELATIVE]: "/credentials" },
    "http://169.254.170.2/credentials",
  ],
  ["a query", { [RELATIVE]: "/credentials?a=1" }, "http://169.254.170.2/credentials?a=1"],
];

describe("container credentials: the same URLs as AWS's SDK for Rust", () => {
  for (const [name, env, expected] of CASES) {
    test(name, async () => {
      const asked: string[] = [];
      const http = {
        ...testContext().http,
        async metadata({ url }: { readonly url: string }) {
          asked.push(url);
          const body = JSON.stringify({ AccessKeyId: "ASIA", SecretAccessKey: "secret", Token: "session" });
          return { status: 200, headers: {}, body: new TextEncoder().encode(body) };
        },
      };
      const source = containerCredentials({ env, files: systemFiles, http });
      if (expected instanceof RegExp) {
        await assert.rejects(
          async () => await source.find(),
          (error) => error instanceof OptionsError && expected.test(error.message),
        );
        assert.deepEqual(asked, []);
        return;
      }
      const found = await source.find();
      assert.equal("identity" in found, expected !== "unavailable");
      assert.deepEqual(asked, expected === "unavailable" ? [] : [expected]);
    });
  }
});
