import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { askPlugin } from "@imagecred/e2e";
import { startClouds } from "@imagecred/fake-clouds";
import { ecr } from "../provider.ts";

const clouds = await startClouds();
after(() => clouds.close());

describe("AWS_PROFILE=default means the same as no AWS_PROFILE", () => {
  for (const [what, config] of [
    ["no file", undefined],
    ["a file with other profiles", "[profile puller]\nregion = us-west-2\n"],
    ["a profile with a region only", "[default]\nregion = us-west-2\n"],
  ] as const) {
    test(`with ${what} the instance's role is used`, async () => {
      const file =
        config === undefined ? {} : { AWS_CONFIG_FILE: await clouds.core.writeFile("config", config) };
      const { calls } = await askPlugin(ecr, clouds, {
        identity: "imds",
        env: { AWS_PROFILE: "default", ...file },
      });
      assert.equal(calls[0], "aws.imds Token 200");
      assert.equal(calls.at(-1), "aws.ecr GetAuthorizationToken 200");
    });
  }
});
