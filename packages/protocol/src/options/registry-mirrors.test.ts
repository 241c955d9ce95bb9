import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionsError } from "../errors.ts";
import { parseImage } from "../wire/image-name.ts";
import { mapsPaths, mirrorOf, parseRegistryMirrors, targetHost, targetImage } from "./registry-mirrors.ts";

const of = (image: string, ...pairs: string[]) => mirrorOf(parseImage(image), parseRegistryMirrors(pairs));

test("whole hosts and ports are compared", () => {
  const pairs = ["mirror.test:5000=one.io", "cache.test=r.io:8443"];
  assert.equal(of("mirror.test:5000/a", ...pairs)?.target, "one.io");
  assert.equal(of("cache.test/a", ...pairs)?.target, "r.io:8443");
  for (const other of ["mirror.test/a", "mirror.test:5001/a", "evil-cache.test/a", "cache.test.evil/a"]) {
    assert.equal(of(other, ...pairs), undefined, other);
  }
});

test("whole path segments are compared, and the longest path wins in any order", () => {
  const pairs = ["m.test=one.io", "m.test/team/app=three.io", "m.test/team=two.io"];
  assert.equal(of("m.test/x", ...pairs)?.target, "one.io");
  assert.equal(of("m.test/teams/x", ...pairs)?.target, "one.io");
  assert.equal(of("m.test/team/x", ...pairs)?.target, "two.io");
  assert.equal(of("m.test/team/app/x", ...pairs)?.target, "three.io");
});

test("a slash at the end is ignored", () => {
  assert.deepEqual(of("m.test/x", "m.test/=r.io/"), { mirror: "m.test", target: "r.io", flag: "--registry" });
});

test("the target's host is without port and path", () => {
  const [mirror] = parseRegistryMirrors(["m.test=r.io:8443/team"]);
  assert.ok(mirror !== undefined);
  assert.equal(targetHost(mirror), "r.io");
});

test("an invalid mapping is an error only for its own images", () => {
  for (const [value, image] of [
    ["mirror.test", "mirror.test/x"],
    ["mirror.test=", "mirror.test/x"],
    ["m.test=https://r.io", "m.test/x"],
    ["m.test=nothost", "m.test/x"],
    ["m.test=a=b", "m.test/x"],
  ] as const) {
    assert.throws(
      () => of(image, "good.test=r.io", value),
      (error) => error instanceof OptionsError && error.message.startsWith("--registry"),
      value,
    );
    assert.equal(of("good.test/x", value, "good.test=r.io")?.target, "r.io", value);
  }
  assert.equal(of("r.io/x", "=r.io"), undefined);
});

test("the target image's name is below the mapping's target", () => {
  for (const [image, pair, name] of [
    ["m.test/team/app", "m.test=r.io", "r.io/team/app"],
    ["m.test:5000/team/app", "m.test:5000=r.io:8443", "r.io:8443/team/app"],
    ["m.test/team/app", "m.test/team=r.io/project/repo", "r.io/project/repo/app"],
    ["r.io/team/app", "m.test=x.io", "r.io/team/app"],
  ] as const) {
    assert.equal(targetImage(parseImage(image), of(image, pair)).name, name);
  }
});

test("a registry with mapped paths is recognized", () => {
  const mirrors = parseRegistryMirrors([
    "m.test=one.io",
    "m.test/team=two.io",
    "n.test=r.io",
    "n.test.evil/x=r.io",
  ]);
  assert.equal(mapsPaths(parseImage("m.test/x"), mirrors), true);
  assert.equal(mapsPaths(parseImage("n.test/x"), mirrors), false);
  assert.equal(mapsPaths(parseImage("m.test:5000/x"), mirrors), false);
});
