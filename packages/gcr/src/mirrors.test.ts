import assert from "node:assert/strict";
import { test } from "node:test";
import {
  OptionsError,
  parseImage,
  parseRegistryMirrors,
  UnsupportedRegistryError,
} from "@imagecred/protocol";
import { mirrorsOf, resolveRegistry } from "./mirrors.ts";
import { DEFAULT_UNIVERSE, universeOfApis } from "./universe.ts";

const S3NS = universeOfApis("s3nsapis.fr") ?? assert.fail();
const mirrors = parseRegistryMirrors([
  "mirror.test:5000=gcr.io",
  "m.test/team=docker.s3nsregistry.fr",
  "wrong.test=docker.io",
  "docker.s3nsregistry.fr=gcr.io",
  "half.test",
]);
const resolve = (image: string, named?: typeof S3NS) => resolveRegistry(parseImage(image), mirrors, named);

test("the universe of an image's registry, or of its mapping's target", () => {
  for (const [image, domain, mirror] of [
    ["us-docker.pkg.dev/p/r/app", "googleapis.com", undefined],
    ["mirror.test:5000/app", "googleapis.com", "mirror.test:5000"],
    ["m.test/team/app", "s3nsapis.fr", "m.test/team"],
  ] as const) {
    const resolved = resolve(image);
    assert.deepEqual([resolved.universe.domain, resolved.mirror?.mirror], [domain, mirror]);
  }
});

test("a host that is not Google's, or not in the configured universe", () => {
  for (const [image, named, message] of [
    ["m.test/app", undefined, /m.test is not a Google registry, .*--registry m.test=gcr.io/],
    ["gcr.io:5000/app", undefined, /has the port 5000, which no Google registry has/],
    [
      "gcr.io/p/app",
      S3NS,
      /belongs to the universe googleapis.com, and credentials of s3nsapis.fr cannot be used/,
    ],
    ["mirror.test:5000/app", S3NS, /belongs to the universe googleapis.com/],
  ] as const) {
    assert.throws(
      () => resolve(image, named),
      (error) => error instanceof UnsupportedRegistryError && message.test(error.message),
      image,
    );
  }
});

test("an invalid mapping fails only its own images", () => {
  for (const [image, message] of [
    ["wrong.test/app", /--registry maps wrong.test to docker.io, but that is not a Google registry/],
    [
      "docker.s3nsregistry.fr/app",
      /gcr.io, but that is a registry of googleapis.com, whose credentials cannot be used in s3nsapis.fr/,
    ],
    ["half.test/app", /--registry has "half.test", expected HOST/],
  ] as const) {
    assert.throws(
      () => resolve(image),
      (error) => error instanceof OptionsError && message.test(error.message),
      image,
    );
  }
});

test("a response for the node has the mirrors of its universe, without invalid mappings", () => {
  const names = (universe: typeof S3NS) =>
    mirrorsOf(universe, mirrors, undefined).map(({ mirror }) => mirror);
  assert.deepEqual(names(DEFAULT_UNIVERSE), ["mirror.test:5000"]);
  assert.deepEqual(names(S3NS), ["m.test/team"]);
});
