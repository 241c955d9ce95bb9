import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { output } from "@imagecred/workspace";
import { KUBERNETES_VERSION, OLDER_KUBELET_VERSION } from "./programs.ts";

const goDirectory = join(import.meta.dirname, "../../go");

for (const [module, version] of [
  ["kubernetes", KUBERNETES_VERSION],
  ["kubelet-1.33", OLDER_KUBELET_VERSION],
] as const) {
  test(`the version that nodes report is the one that go.mod of ${module} pins, with its staging modules`, () => {
    const goMod = readFileSync(join(goDirectory, module, "go.mod"), "utf8");
    const required = /^(?:\t|require )k8s\.io\/kubernetes (\S+)/m.exec(goMod)?.[1];
    assert.equal(required, version);
    const staging = version.replace("v1.", "v0.");
    const replacements = [...goMod.matchAll(/^\t(k8s\.io\/\S+) => (\S+) (\S+)$/gm)];
    assert.ok(replacements.length > 20);
    for (const [, name, target, pinned] of replacements) assert.deepEqual([target, pinned], [name, staging]);
  });
}

const withoutGo = (await output("go", "version").catch(() => undefined)) === undefined;

test("Go sources are formatted", { skip: withoutGo && "Go is not installed (no `go` on the PATH)" }, () => {
  const sources = globSync("*/*.go", { cwd: goDirectory });
  assert.ok(sources.length >= 2);
  assert.equal(execFileSync("gofmt", ["-l", ...sources], { cwd: goDirectory, encoding: "utf8" }), "");
});
