import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "@imagecred/workspace";
import { readApis } from "./declarations.ts";
import { apiFiles } from "./files.ts";

const apis = readApis();

test("the API reports and the pages of docs/api are what the sources say", () => {
  for (const [path, text] of apis.flatMap((api) => [...apiFiles(api)]))
    assert.equal(
      readFileSync(join(ROOT, path), "utf8"),
      text,
      `${path}: the API has changed: run npm run api, and look at the difference`,
    );
});

test("every export says what it is", () => {
  const silent = apis
    .flatMap(({ entries }) => entries)
    .flatMap(({ name, exports }) =>
      exports.filter(({ comment }) => comment === undefined).map((one) => `${name}: ${one.name}`),
    );
  assert.deepEqual(silent, []);
});

test("the reference has errors and units, as sentences", () => {
  for (const [path, text] of apis.flatMap((api) => [...apiFiles(api)])) {
    if (!path.endsWith(".md")) continue;
    const prose = text.replace(/^```ts\n[\s\S]*?^```$/gm, "");
    const [tag] = /.*@(throws|returns|param|link)\b.*/.exec(prose) ?? [];
    assert.equal(tag, undefined, path);
  }
  const protocol = apis.find(({ name }) => name === "@imagecred/protocol");
  assert.ok(protocol);
  const page = apiFiles(protocol).get("docs/api/protocol.md") ?? "";
  assert.match(page, /### parseImage\n[\s\S]*?Throws `RequestError`/);
  assert.match(page, /### ProviderResponse\n[\s\S]*?Milliseconds since the epoch/);
});

test("the report is of all entry points, and finds classes, functions, types and constants", () => {
  assert.deepEqual(
    apis.flatMap(({ entries }) => entries.map(({ name }) => name.replace("@imagecred/", ""))),
    [
      "protocol",
      "protocol/runtime",
      "protocol/testing",
      "protocol/go",
      "protocol/proxy",
      "protocol/keyring",
      "kubelet",
      "kubelet/nodejs",
      "kubelet/document",
      "kubelet/yaml",
      "build",
    ],
  );
  const names = new Set(
    apis.flatMap(({ entries }) => entries.flatMap(({ exports }) => exports.map(({ name }) => name))),
  );
  for (const name of [
    "Secret",
    "serve",
    "Context",
    "ApiVersion",
    "MAX_LINE_BYTES",
    "testContext",
    "transport",
    "readConfig",
  ])
    assert.ok(names.has(name), name);
});
