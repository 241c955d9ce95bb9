import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bytesOf } from "./bytes.ts";
import { BadPatternError, globMatch } from "./glob.ts";

const match = (pattern: string, name: string) => globMatch(bytesOf(pattern), bytesOf(name));

test("stars and question marks match like the equivalent regular expression", () => {
  const pattern = fc.array(fc.constantFrom("a", "b", "\u00fc", "*", "?", "/"), { maxLength: 8 });
  const name = fc.array(fc.constantFrom("a", "b", "\u00fc", "/"), { maxLength: 8 });
  fc.assert(
    fc.property(pattern, name, (parts, chars) => {
      const source = parts.map((part) => (part === "*" ? "[^/]*" : part === "?" ? "[^/]" : part)).join("");
      const expected = new RegExp(`^${source}$`, "u").test(chars.join(""));
      assert.equal(match(parts.join(""), chars.join("")), expected);
    }),
    { numRuns: 2000 },
  );
});

test("any pattern gives a boolean or a BadPatternError", () => {
  const parts = fc.array(fc.constantFrom("[", "]", "^", "-", "\\", "*", "a", "\u00fc"), { maxLength: 10 });
  fc.assert(
    fc.property(parts, parts, (pattern, name) => {
      try {
        assert.equal(typeof match(pattern.join(""), name.join("")), "boolean");
      } catch (error) {
        assert.ok(error instanceof BadPatternError);
      }
    }),
  );
});
