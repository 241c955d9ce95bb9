import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OptionsError } from "@imagecred/protocol";
import { botocore, configuredEndpoints } from "@imagecred/vectors";
import { endpointIn, switchIn } from "./settings.ts";

/** Settings of endpoints in profiles. */
const OF_ENDPOINTS = ["endpoint_url", "services", "ignore_configured_endpoint_urls"];

describe("AWS's own tests of configured endpoints (botocore)", { skip: botocore().missing ?? false }, () => {
  const tests = configuredEndpoints();
  const rows = tests?.endpointUrlTests ?? [];

  test("there are 39 rows", () => assert.equal(rows.length, 39));

  for (const { name, profile, client_config, environment, service, output } of rows) {
    const env = tests?.environments[environment] ?? {};
    const { endpointUrl } = output;
    // These rows set the endpoint in code; the plugin only has the environment.
    if (client_config !== "default") continue;
    const inProfile = Object.keys(tests?.profiles[profile] ?? {}).filter((key) => OF_ENDPOINTS.includes(key));
    const isAwsOwn = /\.amazonaws\.com$/.test(endpointUrl);
    test(name, () => {
      const found = endpointIn(env, service.toUpperCase());
      if (inProfile.length === 0 || Object.values(env).includes(endpointUrl)) {
        assert.equal(found, isAwsOwn ? undefined : endpointUrl);
      } else {
        // docs/migrate/ecr-credential-provider.md: only identities are read from profiles.
        const ignored = env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] === "true";
        const ofEnvironment = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? env["AWS_ENDPOINT_URL"];
        assert.equal(found, ignored ? undefined : ofEnvironment);
      }
    });
  }
});

test("each service has its own variable; an empty one is not set", () => {
  const env = {
    AWS_ENDPOINT_URL_STS: "https://sts.example",
    AWS_ENDPOINT_URL_ECR: "",
    AWS_ENDPOINT_URL: "https://all.example",
  };
  assert.equal(endpointIn(env, "STS"), "https://sts.example");
  assert.equal(endpointIn(env, "ECR"), "https://all.example");
  assert.equal(endpointIn({ AWS_ENDPOINT_URL_ECR: "https://x.example" }, "ECR_PUBLIC"), undefined);
});

test("an invalid URL and an invalid switch are an OptionsError", () => {
  assert.throws(() => endpointIn({ AWS_ENDPOINT_URL: "vpce.example" }, "STS"), OptionsError);
  assert.throws(() => switchIn({ AWS_USE_FIPS_ENDPOINT: "yes" }, "AWS_USE_FIPS_ENDPOINT"), OptionsError);
  assert.equal(switchIn({ AWS_USE_FIPS_ENDPOINT: "TRUE" }, "AWS_USE_FIPS_ENDPOINT"), true);
});
