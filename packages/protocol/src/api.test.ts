import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { apiReport, entryPoints, REPORT_FILE } from "./testing/api-report.ts";

const entries = entryPoints();

test("api.txt is the package's API", () => {
  assert.equal(
    readFileSync(REPORT_FILE, "utf8"),
    apiReport(entries),
    "the API has changed: run npm run api -w packages/protocol, and look at the difference",
  );
});

test("every export says what it is", () => {
  const silent = entries.flatMap(({ name, exports }) =>
    exports.filter(({ comment }) => comment === undefined).map((one) => `${name}: ${one.name}`),
  );
  assert.deepEqual(silent, []);
});

test("the report is of all entry points, and finds classes, functions, types and constants", () => {
  assert.deepEqual(
    entries.map(({ name }) => name),
    ["", "/runtime", "/testing", "/go", "/keyring"].map((path) => `@imagecred/protocol${path}`),
  );
  const names = new Set(entries.flatMap(({ exports }) => exports.map(({ name }) => name)));
  for (const name of [
    "Secret",
    "serve",
    "Context",
    "ApiVersion",
    "MAX_LINE_BYTES",
    "testContext",
    "transport",
  ]) {
    assert.ok(names.has(name), name);
  }
});
