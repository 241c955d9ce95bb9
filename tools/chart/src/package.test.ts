import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { run } from "@imagecred/workspace";
import { version } from "./generated.ts";
import { Helm, whyNoHelm } from "./helm.ts";
import { packageChart } from "./package.ts";

const directory = mkdtempSync(join(tmpdir(), "imagecred-package-"));
after(() => rmSync(directory, { recursive: true }));
const skip = (await whyNoHelm("helm is cached")) ?? false;

test("the packaged chart has every file and a license, and the same bytes every time", { skip }, async () => {
  const helm = await Helm.get();
  const paths = ["first", "second"].map((name) => {
    mkdirSync(join(directory, name));
    return packageChart(helm, join(directory, name), 1_700_000_000);
  });
  const [first = "", second = ""] = paths;
  assert.equal(basename(first), `imagecred-${version()}.tgz`);
  assert.ok(readFileSync(first).equals(readFileSync(second)));
  const times = run("tar", ["--utc", "--full-time", "-tvzf", first]).trim().split("\n");
  for (const line of times) assert.match(line, / 2023-11-14 22:13:20 /);
  const names = run("tar", ["-tzf", first]).trim().split("\n");
  for (const name of [
    "Chart.yaml",
    "values.yaml",
    "values.schema.json",
    "presets.yaml",
    "LICENSE",
    "templates/daemonset.yaml",
  ])
    assert.ok(names.includes(`imagecred/${name}`), `${name} among ${names}`);
});
