import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "@imagecred/workspace";
import { parse } from "yaml";

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

/** npm on its own, without code of a package: asking for a version, and publishing what is packed without scripts. */
function withoutNpmItself(script: string): string {
  return script
    .replace(/npm view "\$name@\$VERSION" version/g, "")
    .replace(/npm publish "[^"]+" .*--ignore-scripts$/gm, "");
}

test("a job that may mint identity tokens runs neither our code nor that of a dependency", () => {
  const signing: string[] = [];
  for (const path of globSync(".github/workflows/*.yml", { cwd: ROOT })) {
    const { jobs } = parse(readFileSync(join(ROOT, path), "utf8")) as { jobs: Record<string, Job> };
    for (const [name, { permissions, steps }] of Object.entries(jobs)) {
      if (permissions?.["id-token"] !== "write") continue;
      signing.push(name);
      for (const { uses = "", run = "" } of steps) {
        assert.doesNotMatch(uses, /^actions\/checkout/, `${path}: ${name} uses ${uses}`);
        assert.doesNotMatch(
          withoutNpmItself(run),
          /\b(npm|npx|node|pip|cargo|go)\s/,
          `${path}: ${name} runs ${run}`,
        );
      }
    }
  }
  assert.ok(signing.length > 0, "no job signs");
});

test("no install script runs: .npmrc says so, and no job says otherwise", () => {
  assert.match(readFileSync(join(ROOT, ".npmrc"), "utf8"), /^ignore-scripts=true$/m);
  for (const path of globSync(".github/workflows/*.yml", { cwd: ROOT })) {
    assert.doesNotMatch(readFileSync(join(ROOT, path), "utf8"), /ignore-scripts=false|npm rebuild/, path);
  }
});
