/** Compares every recorded case with the real kubelet's result. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { bytesOf } from "@imagecred/protocol/go";
import { decodeConfig } from "./config/decode-config.ts";
import { kubeletRules } from "./config/kubernetes-version.ts";
import { validateConfig } from "./config/validate.ts";
import { JsonSyntaxError, parseGoJson } from "./decode/json.ts";
import { type Case, list, record, text } from "./testing/differential/input.ts";
import { OPERATIONS } from "./testing/differential/operations.ts";
import { goProviders } from "./testing/go-names.ts";

interface Recorded {
  readonly in: Case;
  readonly out: Case;
}

function load(file: string): Case {
  return record(JSON.parse(readFileSync(join(import.meta.dirname, "../testdata", file), "utf8")));
}

function casesOf(set: Case): Recorded[] {
  return list(set["cases"]).map((entry) => ({
    in: record(record(entry)["in"]),
    out: record(record(entry)["out"]),
  }));
}

const titled = (fields: Case) => JSON.stringify(fields["name"] ?? fields).slice(0, 100);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

for (const op of ["match", "parse", "image", "keyring", "provide", "config"]) {
  describe(`recorded: ${op}`, () => {
    for (const { in: input, out } of casesOf(load(`${op}.json`))) {
      test(titled(input), async () => {
        const { readErrorClass, ...answer } = record(plain(await OPERATIONS.get(op)?.(input)));
        assert.ok(
          readErrorClass === undefined || readErrorClass === "exact" || readErrorClass === "other-kind",
        );
        assert.deepEqual(answer, out);
      });
    }
  });
}

const observed = record(load("observed.json")["sets"]);

for (const op of ["parse", "match", "image", "glob", "quote", "qualifiedName"]) {
  describe(`observed: ${op}`, () => {
    for (const { in: input, out } of casesOf(record(observed[op]))) {
      test(titled(input), async () => {
        assert.deepEqual(plain(await OPERATIONS.get(op)?.(input)), out);
      });
    }
  });
}

describe("observed: JSON", () => {
  for (const { in: input, out } of casesOf(record(observed["json"]))) {
    test(titled(input), () => {
      const read = () => parseGoJson(bytesOf(text(input, "text")));
      if (out["error"] === null) assert.doesNotThrow(read);
      else assert.throws(read, (error) => error instanceof JsonSyntaxError && error.message === out["error"]);
    });
  }
});

describe("observed: decoding and validating a configuration", () => {
  const rules = kubeletRules();
  for (const { in: input, out } of casesOf(record(observed["decode"]))) {
    test(titled(input), () => {
      const decoded = decodeConfig(Buffer.from(text(input, "text")), rules);
      if (typeof out["error"] === "string") {
        assert.notEqual(decoded.error, undefined, `Go says ${out["error"]}`);
        // The kubelet can report a field of another kind first.
        if (decoded.problems.every((problem) => problem.kubeletText))
          assert.equal(decoded.error, out["error"]);
        else assert.match(out["error"], /wrong Kind|WatchEvent|registered|strict decoding/);
        return;
      }
      assert.equal(decoded.error, undefined);
      const providers = decoded.providers ?? [];
      assert.deepEqual(plain(goProviders(providers)), record(out["config"])["Providers"] ?? []);
      const texts = validateConfig({ providers }, rules, true).map((error) => error.message);
      assert.deepEqual(texts, out["validation"] ?? []);
    });
  }
});
