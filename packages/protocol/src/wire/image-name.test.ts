import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { RequestError } from "../errors.ts";
import { parseImage } from "./image-name.ts";

describe("parseImage", () => {
  const parsed: readonly (readonly [text: string, registry: string, repository: string])[] = [
    ["r.io/a", "r.io", "a"],
    ["r.io:5000/a/b/c", "r.io:5000", "a/b/c"],
    ["docker.io/library/nginx", "docker.io", "library/nginx"],
    ["nginx", "docker.io", "library/nginx"],
    ["team/app", "docker.io", "team/app"],
    ["localhost/a", "localhost", "a"],
    ["[::1]:5000/a", "[::1]:5000", "a"],
    ["r.io/a:v1.2", "r.io", "a"],
    [`r.io/a@sha256:${"0".repeat(64)}`, "r.io", "a"],
    [`r.io:1/a:t@sha256:${"f".repeat(64)}`, "r.io:1", "a"],
    ["R.IO/a", "R.IO", "a"],
    ["r.io/a__b/c-d.e", "r.io", "a__b/c-d.e"],
  ];
  for (const [text, registry, repository] of parsed) {
    test(`reads ${text}`, () => {
      const image = parseImage(text);
      assert.deepEqual([image.registry, image.repository], [registry, repository]);
      assert.equal(image.name, `${registry}/${repository}`);
    });
  }

  test("separates the port from the host, as text", () => {
    const { host, port } = parseImage("r.io:0443/a");
    assert.deepEqual({ host, port }, { host: "r.io", port: "0443" });
    assert.equal(parseImage("r.io/a").port, undefined);
  });

  for (const text of [
    "r.io/",
    "r.io/A",
    "r.io/a//b",
    "r.io/a/",
    "-r.io/a",
    "r..io/a",
    "r.io:x/a",
    "r.io:/a",
    "https://r.io/a",
    "user@r.io/a",
    "r.io/a?x",
    "r.io/a#x",
    "r.io/a b",
    "r.io/a:",
    "r.io/a@sha256:short",
    "r.io/a\0",
    "r.io/\na",
    "r.io/é",
    `r.io/${"a".repeat(300)}`,
    "[::1/a",
    "r.io\\@evil.test/a",
  ]) {
    test(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.throws(() => parseImage(text), RequestError);
    });
  }

  test("parses its own result to the same name", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
    const host = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join("."));
    const path = fc.array(fc.stringMatching(/^[a-z0-9]+([._-][a-z0-9]+)?$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(host, fc.option(fc.nat(65535)), path, (domain, port, parts) => {
        const name = `${domain}${port === null ? "" : `:${port}`}/${parts.join("/")}`;
        fc.pre(name.length <= 255);
        const image = parseImage(name);
        assert.equal(image.name, name);
        assert.equal(image.host, domain);
        assert.deepEqual(parseImage(image.name), image);
      }),
    );
  });
});
