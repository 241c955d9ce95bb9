import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { textOf } from "./bytes.ts";
import { GoUrlError, parseHttpUrl } from "./url.ts";

test("any text parses, or is refused with an error that quotes it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      try {
        parseHttpUrl(`https://${text}`);
      } catch (error) {
        assert.ok(error instanceof GoUrlError);
        assert.match(error.message, /^parse "https:\/\//);
      }
    }),
  );
});

test("hosts, ports and paths of registries are returned as written", () => {
  const label = fc.stringMatching(/^[a-z0-9*]([a-z0-9*-]{0,8}[a-z0-9*])?$/);
  const host = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));
  const port = fc.option(fc.nat({ max: 65_535 }), { nil: undefined });
  const path = fc.array(fc.stringMatching(/^[a-z0-9._*-]{1,8}$/), { maxLength: 3 });
  fc.assert(
    fc.property(host, port, path, (name, number, segments) => {
      const authority = number === undefined ? name : `${name}:${number}`;
      const rest = segments.map((segment) => `/${segment}`).join("");
      const url = parseHttpUrl(`https://${authority}${rest}`);
      assert.equal(textOf(url.host), authority);
      assert.equal(textOf(url.path), rest);
    }),
  );
});
