import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { matchImage } from "./match-image.ts";

const IMAGE = "a.r.io:5000/team/app";

describe("the reason is the first difference", () => {
  const cases: readonly (readonly [pattern: string, reason: object])[] = [
    ["*.r.io:5000", { kind: "matched" }],
    ["*.r.io:80/other", { kind: "port", pattern: "80", image: "5000" }],
    ["r.io:5000/other", { kind: "label-count", pattern: 2, image: 3 }],
    ["b.r.io:5000/team/other", { kind: "path", pattern: "/team/other", image: "/team/app" }],
    ["a.x.io:5000", { kind: "label", index: 1, pattern: "x", image: "r" }],
    [
      "r.io:x",
      { kind: "invalid", side: "pattern", error: 'parse "https://r.io:x": invalid port ":x" after host' },
    ],
  ];
  for (const [pattern, reason] of cases) {
    test(pattern, () => assert.deepEqual(matchImage(pattern, IMAGE).reason, reason));
  }

  test("an image that is not a URL", () => {
    const match = matchImage("r.io", "r.io /x");
    assert.deepEqual(match.reason, { kind: "invalid", side: "image", error: match.error });
    assert.deepEqual(match.pattern?.labels, ["r", "io"]);
    assert.equal(match.image, undefined);
  });

  test("a malformed class", () => {
    const match = matchImage("[::1]", "[::1]/foo");
    assert.equal(match.matched, false);
    assert.equal(match.reason.kind, "label");
  });
});

test("both sides are split like in the kubelet, with the labels that were compared", () => {
  const match = matchImage("a.x.*:5000/te", IMAGE);
  assert.deepEqual(match.pattern, {
    text: "a.x.*:5000/te",
    labels: ["a", "x", "*"],
    port: "5000",
    path: "/te",
  });
  assert.deepEqual(match.labels, [
    { pattern: "a", image: "a", matched: true },
    { pattern: "x", image: "r", matched: false },
  ]);
});

describe("notes list what the kubelet ignores or reads literally", () => {
  const cases: readonly (readonly [pattern: string, image: string, notes: string[]])[] = [
    ["https://r.io", "r.io/a", ["scheme"]],
    ["r.io?x", "r.io/a", ["query"]],
    ["r.io#x", "r.io/a", ["fragment"]],
    ["me@r.io", "r.io/a", ["userinfo"]],
    ["r.io/*", "r.io/a", ["path-glob"]],
    ["r.io/foo", "r.io/foobar", ["path-prefix"]],
    ["r.io/foo", "r.io/foo/bar", []],
    ["r.io/foo/", "r.io/foo/bar", []],
    ["r.io/foo", "r.io/foo", []],
    ["r.io", "r.io/foo", []],
  ];
  for (const [pattern, image, notes] of cases) {
    test(`${pattern} and ${image}`, () => assert.deepEqual(matchImage(pattern, image).notes, notes));
  }
});

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?$/);
const host = fc.array(label, { minLength: 1, maxLength: 4 });
const path = fc.array(fc.stringMatching(/^[a-z0-9._-]{1,6}$/), { minLength: 1, maxLength: 3 });

test("an image matches its own name, every prefix that includes the host, and stars instead of labels", () => {
  fc.assert(
    fc.property(host, path, fc.nat(), fc.array(fc.boolean()), (labels, segments, cut, stars) => {
      const name = labels.join(".");
      const image = `${name}/${segments.join("/")}`;
      const pattern = labels.map((text, index) => (stars[index] === true ? "*" : text)).join(".");
      const prefix = image.slice(name.length, name.length + (cut % (image.length - name.length + 1)));
      assert.equal(matchImage(pattern + prefix, image).matched, true);
      assert.equal(matchImage(`x.${pattern}`, image).matched, false);
      assert.equal(matchImage(`${pattern}:1`, image).matched, false);
    }),
  );
});

test("any two texts are compared without a throw, and `matched` agrees with the reason", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(text, text, (pattern, image) => {
      const match = matchImage(pattern, image);
      assert.equal(match.matched, match.reason.kind === "matched");
      assert.equal(match.error !== null, match.reason.kind === "invalid");
    }),
  );
});
