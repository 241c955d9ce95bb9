import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { output } from "@imagecred/workspace";
import { KUBERNETES_VERSION } from "./programs.ts";

const goDirectory = join(import.meta.dirname, "../../go");

test("the version that nodes report is the one that go.mod pins, with its staging modules", () => {
  const goMod = readFileSync(join(goDirectory, "kubernetes/go.mod"), "utf8");
  assert.ok(goMod.includes(`\tk8s.io/kubernetes ${KUBERNETES_VERSION}\n`), KUBERNETES_VERSION);
  const staging = KUBERNETES_VERSION.replace("v1.", "v0.");
  const replacements = [...goMod.matchAll(/^\t(k8s\.io\/\S+) => (\S+) (\S+)$/gm)];
  assert.ok(replacements.length > 20);
  for (const [, module, target, version] of replacements)
    assert.deepEqual([target, version], [module, staging]);
});

const withoutGo = (await output("go", "version").catch(() => undefined)) === undefined;

test("Go sources are formatted", { skip: withoutGo && "Go is not installed (no `go` on the PATH)" }, () => {
  const sources = globSync("*/*.go", { cwd: goDirectory });
  assert.ok(sources.length >= 2);
  assert.equal(execFileSync("gofmt", ["-l", ...sources], { cwd: goDirectory, encoding: "utf8" }), "");
});
