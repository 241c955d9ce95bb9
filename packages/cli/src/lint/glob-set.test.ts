import assert from "node:assert/strict";
import { test } from "node:test";
import { matchImage } from "@imagecred/kubelet";
import fc from "fast-check";
import { covers, hostCovers, hostsIntersect, intersects, isSimple } from "./glob-set.ts";

const glob = fc
  .array(fc.constantFrom("a", "b", "*", "?"), { minLength: 1, maxLength: 5 })
  .map((one) => one.join(""));
const word = fc
  .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 6 })
  .map((one) => one.join(""));
// `?` begins a query in matchImages, so only the other patterns are compared with the kubelet.
const kubeletGlob = fc
  .array(fc.constantFrom("a", "b", "*"), { minLength: 1, maxLength: 5 })
  .map((one) => one.join(""));

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
}

test("a pattern matches everything that a pattern covered by it matches", () => {
  fc.assert(
    fc.property(glob, glob, word, (wide, narrow, text) => {
      if (covers(wide, narrow) && matches(narrow, text))
        assert.ok(matches(wide, text), `${wide} ${narrow} ${text}`);
    }),
    { numRuns: 3000 },
  );
});

test("patterns intersect if and only if a text matches both", () => {
  fc.assert(
    fc.property(glob, glob, word, (a, b, text) => {
      if (matches(a, text) && matches(b, text)) assert.ok(intersects(a, b), `${a} ${b} ${text}`);
      assert.equal(intersects(a, b), intersects(b, a));
    }),
    { numRuns: 3000 },
  );
});

test("the kubelet agrees, for whole hosts", () => {
  const host = fc.array(kubeletGlob, { minLength: 1, maxLength: 3 });
  const image = fc.array(word, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(host, host, image, (a, b, labels) => {
      const name = `${labels.join(".")}/app`;
      const inA = matchImage(a.join("."), name).matched;
      const inB = matchImage(b.join("."), name).matched;
      if (hostCovers(a, b) && inB) assert.ok(inA);
      if (inA && inB) assert.ok(hostsIntersect(a, b));
    }),
    { numRuns: 3000 },
  );
});

test("examples", () => {
  assert.equal(covers("*.x", "a.x"), true);
  assert.equal(covers("ecr*", "ecr-fips"), true);
  assert.equal(covers("ecr", "ecr*"), false);
  assert.equal(intersects("ab*", "*cd"), true);
  assert.equal(intersects("ab", "a"), false);
  assert.equal(intersects("", ""), true);
  assert.equal(isSimple("[a-z].io"), false);
  assert.equal(isSimple("*.io"), true);
});
