import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { manifests, ROOT, readJson } from "@imagecred/workspace";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

test("a package with a build script has turbo outputs, or its result would be lost on a cache hit", () => {
  const { tasks } = readJson("turbo.json") as {
    tasks: Record<string, { inputs?: string[]; outputs?: string[] }>;
  };
  const builders = manifests().filter(
    ({ directory, scripts }) => directory !== "." && scripts["build"] !== undefined,
  );
  assert.ok(builders.length > 1);
  for (const { name } of builders) {
    const task = tasks[`${name}#build`] ?? tasks["build"];
    assert.ok((task?.outputs ?? []).length > 0, `${name} has a build script and no outputs in turbo.json`);
    assert.ok((task?.inputs ?? []).length > 0, `${name} has a build script and no inputs in turbo.json`);
  }
});

test("npm test -w runs the tests of any workspace", () => {
  for (const { name, directory, scripts } of manifests())
    if (directory !== ".") assert.equal(scripts["test"], "node --test", name);
});

test("dependencies are pinned to one version", () => {
  for (const manifest of manifests()) {
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
      for (const [name, version] of Object.entries(manifest[kind])) {
        assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, `${manifest.name}: ${name} is ${version}`);
      }
    }
  }
});

test("every link between documents leads somewhere", () => {
  for (const path of globSync(["*.md", "docs/**/*.md", "{packages,tools}/*/*.md"], { cwd: ROOT })) {
    for (const [, target = ""] of read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)) {
      assert.ok(
        globSync(join(dirname(path), target).replace(/\/$/, ""), { cwd: ROOT }).length > 0,
        `${path} links to ${target}`,
      );
    }
  }
});

test("every runtime dependency has its reason in docs/decisions", () => {
  const decisions = globSync("docs/decisions/*.md", { cwd: ROOT }).map(read).join("\n");
  for (const { name, directory, dependencies } of manifests()) {
    if (!directory.startsWith("packages/")) continue;
    for (const dependency of Object.keys(dependencies).filter((key) => !key.startsWith("@imagecred/"))) {
      assert.ok(
        decisions.includes(`\`${dependency}\``),
        `${name} depends on ${dependency}, and no decision says why`,
      );
    }
  }
});
