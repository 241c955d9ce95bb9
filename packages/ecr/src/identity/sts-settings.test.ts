import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "../options.ts";
import { parseRegistryHost, type Registry } from "../registry.ts";
import { stsSettings } from "./sts-settings.ts";

function registryOf(host: string): Registry {
  const registry = parseRegistryHost(host);
  if ("notOurs" in registry) throw new Error(registry.notOurs);
  return registry;
}

const role = (partition: string) => `arn:${partition}:iam::123456789012:role/pull`;
const host = (region: string, suffix = "amazonaws.com") => `123456789012.dkr.ecr.${region}.${suffix}`;

for (const [what, image, env, arn, expected] of [
  ["the registry's region", host("eu-west-2"), {}, role("aws"), "eu-west-2"],
  ["the node's region", host("eu-west-2"), { AWS_REGION: "us-west-2" }, role("aws"), "us-west-2"],
  [
    "the node's region, unknown to the plugin",
    host("eu-west-2"),
    { AWS_REGION: "zz-north-1" },
    role("aws"),
    "zz-north-1",
  ],
  [
    "a node in another partition than the role",
    host("cn-north-1", "amazonaws.com.cn"),
    { AWS_REGION: "us-west-2" },
    role("aws-cn"),
    "cn-north-1",
  ],
  ["a role in another partition than the registry", host("us-west-2"), {}, role("aws-cn"), "cn-north-1"],
  [
    "an unknown region in the image's name (a token would be sent to it)",
    host("zz-north-1"),
    {},
    role("aws"),
    "us-east-1",
  ],
  ["the same for an invalid ARN", host("zz-north-1", "amazonaws.com.cn"), {}, "arn:x", "cn-north-1"],
  ["ECR Public", "public.ecr.aws", {}, role("aws"), "us-east-1"],
] as const) {
  test(`STS is called in ${expected}: ${what}`, () => {
    const settings = stsSettings(registryOf(image), parseOptions({ args: [], env }));
    assert.equal(settings.regionFor(arn), expected);
  });
}
