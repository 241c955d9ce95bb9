import assert from "node:assert/strict";
import { test } from "node:test";
import {
  OptionsError,
  parseImage,
  parseRegistryMirrors,
  UnsupportedRegistryError,
} from "@imagecred/protocol";
import { resolveRegistry } from "./mirrors.ts";

const ECR = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
const mirrors = parseRegistryMirrors([
  `cache.example:5000=${ECR}:443`,
  `hub.example/team=${ECR}/team`,
  "hub.example=public.ecr.aws",
  "wrong.example=docker.io",
  "half.example=",
]);
const resolve = (image: string) => resolveRegistry(parseImage(image), mirrors);

test("an image's own registry, or the one that it is mapped to", () => {
  assert.equal(resolve(`${ECR}/app`).mirror, undefined);
  for (const [image, kind, mirror] of [
    ["cache.example:5000/app", "private", "cache.example:5000"],
    ["hub.example/app", "public", "hub.example"],
    ["hub.example/team/app", "private", "hub.example/team"],
  ] as const) {
    const resolved = resolve(image);
    assert.deepEqual([resolved.registry.kind, resolved.mirror?.mirror], [kind, mirror]);
  }
});

test("the error for a host that is not ECR names the solution, or the typo", () => {
  for (const [image, message] of [
    ["cache.example/app", /cache.example is not an Amazon ECR registry; narrow .* --registry cache.example=/],
    ["123456789012.dkr.ecr.cn-north-1.amazonaws.com/app", /partition aws-cn, .*; correct the image's name$/],
  ] as const) {
    assert.throws(
      () => resolve(image),
      (error) => error instanceof UnsupportedRegistryError && message.test(error.message),
    );
  }
});

test("an invalid mapping fails only its own images", () => {
  for (const [image, message] of [
    [
      "wrong.example/app",
      /--registry maps wrong.example to docker.io, but that is not an Amazon ECR registry/,
    ],
    ["half.example/app", /--registry has "half.example=", expected HOST\[:PORT\]\[\/PATH\]=TARGET/],
  ] as const) {
    assert.throws(
      () => resolve(image),
      (error) => error instanceof OptionsError && message.test(error.message),
    );
  }
});
