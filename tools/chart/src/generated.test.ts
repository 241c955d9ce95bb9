import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DISTRIBUTIONS } from "@imagecred/cli";
import { ROOT } from "@imagecred/workspace";
import { parse } from "yaml";
import { chartFiles, retagged, version } from "./generated.ts";
import { CHART, KUSTOMIZE } from "./paths.ts";
import { presets, refusals } from "./presets.ts";

test("presets, schema and version in deploy/chart are what the distributions and the packages say", () => {
  for (const [name, content] of Object.entries(chartFiles())) {
    const message = `${name}: npm run generate -w tools/chart writes it`;
    assert.equal(readFileSync(join(CHART, name), "utf8"), content, message);
  }
  const { version: chart, appVersion } = parse(readFileSync(join(CHART, "Chart.yaml"), "utf8"));
  assert.deepEqual([chart, appVersion], [version(), version()]);
});

test("the kustomize base names the image of the programs' version", () => {
  const files = Object.entries(retagged());
  assert.ok(files.length > 30);
  for (const [path, content] of files)
    assert.equal(readFileSync(join(KUSTOMIZE, path), "utf8"), content, path);
});

test("every distribution has a preset or a reason to be refused, and none has both", () => {
  const [known, refused] = [presets(), refusals()];
  for (const { id, installable, binDir, configPath } of DISTRIBUTIONS) {
    assert.equal(id in known, installable, id);
    assert.equal(id in refused, !installable, id);
    if (installable) assert.deepEqual([known[id]?.binDir, known[id]?.configPath], [binDir, configPath]);
  }
  for (const directory of Object.values(known).map((preset) => preset.flagsDirectory))
    assert.match(directory, /^(\/[^/]+)*$/);
  assert.deepEqual([known["kubeadm"]?.flagsDirectory, known["k3s"]?.flagsDirectory], ["/etc/default", ""]);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

test("the schema describes exactly the values in values.yaml, and helm's own", () => {
  const schema = JSON.parse(chartFiles()["values.schema.json"] ?? "") as Schema;
  const values = parse(readFileSync(join(CHART, "values.yaml"), "utf8")) as Readonly<Record<string, unknown>>;
  const compare = (
    properties: Readonly<Record<string, Schema>>,
    object: Readonly<Record<string, unknown>>,
  ) => {
    assert.deepEqual(
      Object.keys(properties)
        .filter((name) => name !== "global")
        .toSorted(),
      Object.keys(object).toSorted(),
    );
    for (const [name, { properties: inner }] of Object.entries(properties))
      if (inner !== undefined) compare(inner, object[name] as Readonly<Record<string, unknown>>);
  };
  assert.ok(schema.properties);
  compare(schema.properties, values);
});

test("the chart's image is the one that the release pushes, and the chart has a license that is ours", () => {
  const workflow = readFileSync(join(ROOT, ".github/workflows/release.yml"), "utf8");
  assert.match(workflow, /image="ghcr\.io\/\$\{REPOSITORY,,\}"/);
  const { image } = parse(readFileSync(join(CHART, "values.yaml"), "utf8"));
  assert.equal(image.repository, "ghcr.io/imagecred/imagecred");
});
