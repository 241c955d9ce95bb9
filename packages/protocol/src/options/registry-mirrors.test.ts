import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionsError } from "../errors.ts";
import { parseImage } from "../wire/image-name.ts";
import { mirrorOf, parseRegistryMirrors } from "./registry-mirrors.ts";

test("a mirror is a host with an optional port, compared whole", () => {
  const mirrors = parseRegistryMirrors([
    "mirror.test:5000=123456789012.dkr.ecr.us-west-2.amazonaws.com",
    "cache.test=r.io:8443",
  ]);
  assert.equal(
    mirrorOf(parseImage("mirror.test:5000/a"), mirrors)?.target,
    "123456789012.dkr.ecr.us-west-2.amazonaws.com",
  );
  assert.equal(mirrorOf(parseImage("cache.test/a"), mirrors)?.target, "r.io:8443");
  for (const other of ["mirror.test/a", "mirror.test:5001/a", "evil-cache.test/a", "cache.test.evil/a"]) {
    assert.equal(mirrorOf(parseImage(other), mirrors), undefined);
  }
});

test("anything else is refused with the value in the message", () => {
  for (const value of [
    "mirror.test",
    "=r.io",
    "mirror.test=",
    "https://m.test=r.io",
    "m.test/path=r.io",
    "m.test=r.io/",
    "mirror=r.io",
  ]) {
    assert.throws(() => parseRegistryMirrors([value]), OptionsError);
  }
});
