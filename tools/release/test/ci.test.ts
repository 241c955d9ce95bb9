import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { notInstalled, pythonProgram, ROOT, run, runFile } from "@imagecred/workspace";
import { parse } from "yaml";
import { type LocalRegistry, startLocalRegistry } from "../src/npm/local-registry.ts";
import { npmEnvironment } from "../src/npm/npm-environment.ts";
import { packedForTests } from "../src/npm/packed.ts";

const PRE_COMMIT = "pre-commit==4.7.0";

const config = (pattern: string) => `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ecr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "6h"
    matchImages: ["${pattern}"]
`;
const GOOD = config("*.dkr.ecr.*.amazonaws.com");
const BAD = config("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com");

const directory = mkdtempSync(join(tmpdir(), "imagecred-ci-"));
let registry: LocalRegistry;
let env: Readonly<Record<string, string>>;

before(async () => {
  registry = await startLocalRegistry(await packedForTests());
  env = npmEnvironment(directory, registry);
});
after(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

/** A checkout of a user's repository with these files. */
function checkout(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(directory, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe("the GitHub Action", () => {
  interface Action {
    readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
    readonly runs: {
      readonly steps: readonly { readonly run: string; readonly env: Readonly<Record<string, string>> }[];
    };
  }
  const action = parse(readFileSync(join(ROOT, "action.yml"), "utf8")) as Action;

  /** Runs the steps as a runner does: inputs in the environment, bash -e -o pipefail. */
  async function runAction(root: string, inputs: Readonly<Record<string, string>>) {
    const [step] = action.runs.steps;
    assert.ok(step !== undefined && action.runs.steps.length === 1);
    for (const name of Object.keys(inputs)) assert.ok(name in action.inputs, `there is no input ${name}`);
    const filled = Object.fromEntries(
      Object.entries(step.env).map(([name, value]) => {
        const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1] ?? assert.fail(value);
        return [name, inputs[input] ?? action.inputs[input]?.default ?? ""];
      }),
    );
    const script = join(directory, "step.sh");
    writeFileSync(script, step.run);
    return await runFile("/bin/bash", {
      args: ["--noprofile", "--norc", "-e", "-o", "pipefail", script],
      cwd: root,
      env: { ...env, ...filled },
      timeoutMs: 120_000,
    });
  }

  test("a good configuration passes; a bad one fails, with an annotation, and SARIF for code scanning", async () => {
    const root = checkout("action", { "nodes/a b/good.yaml": GOOD, "nodes/c/bad.yaml": BAD });
    const good = await runAction(root, { configs: "nodes/a*/*.yaml\n" });
    assert.deepEqual([good.exitCode, good.stdout], [0, ""], good.stderr);

    const bad = await runAction(root, { configs: "nodes/*/*.yaml", "sarif-file": "out.sarif" });
    assert.equal(bad.exitCode, 1, bad.stderr);
    assert.match(bad.stdout, /^::warning file=nodes\/c\/bad\.yaml,line=7,col=19,title=imagecred scheme::/);
    const sarif = JSON.parse(readFileSync(join(root, "out.sarif"), "utf8"));
    assert.equal(
      sarif.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri,
      "nodes/c/bad.yaml",
    );
  });

  test("what fails is for the workflow to say, and so are lints and the kubelet's version", async () => {
    const root = checkout("inputs", { "bad.yaml": BAD });
    assert.equal((await runAction(root, { configs: "bad.yaml", "fail-on": "error" })).exitCode, 0);
    const ignored = await runAction(root, { configs: "bad.yaml", ignore: "scheme path-prefix" });
    assert.deepEqual([ignored.exitCode, ignored.stdout], [0, ""], ignored.stderr);
    const version = await runAction(root, { configs: "bad.yaml", "kubernetes-version": "1.99" });
    assert.notEqual(version.exitCode, 0);
    assert.match(version.stderr, /1\.99/);
  });

  test("a glob that matches no file is an error: a gate that checks nothing lets everything through", async () => {
    const root = checkout("nothing", { "good.yaml": GOOD });
    const gone = await runAction(root, { configs: "good.yaml\ngone/*.yaml" });
    assert.deepEqual([gone.exitCode, gone.stdout], [1, "::error::no file is called gone/*.yaml\n"]);
    const none = await runAction(root, { configs: "\n" });
    assert.deepEqual([none.exitCode, none.stdout], [1, "::error::the input configs names no file\n"]);
    const words = await runAction(root, { configs: "$(touch owned)" });
    assert.equal(words.exitCode, 1);
    assert.throws(() => readFileSync(join(root, "owned")));
  });
});

describe("the pre-commit hook, run by pre-commit", { skip: notInstalled("python3", "git") ?? false }, () => {
  test("checks the configurations that are committed, and no other file", async () => {
    const preCommit = pythonProgram(PRE_COMMIT, "pre-commit");
    const git = (cwd: string, ...args: readonly string[]) =>
      run(
        "git",
        ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main", ...args],
        {
          cwd,
          env: { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined },
        },
      ).trim();
    const hooks = checkout("hooks", {});
    mkdirSync(hooks, { recursive: true });
    copyFileSync(join(ROOT, ".pre-commit-hooks.yaml"), join(hooks, ".pre-commit-hooks.yaml"));
    git(hooks, "init", "--quiet");
    git(hooks, "add", ".");
    git(hooks, "commit", "--quiet", "-m", "hooks");
    const settings = readFileSync(join(ROOT, "docs/snippets/ci/pre-commit-config.yaml"), "utf8")
      .replace("https://github.com/imagecred/imagecred", hooks)
      .replace(/rev: .*/, `rev: ${git(hooks, "rev-parse", "HEAD")}`);
    const root = checkout("committed", {
      ".pre-commit-config.yaml": settings,
      "nodes/credential-provider-config.yaml": GOOD,
      "other.yaml": "kind: Other\n",
    });
    git(root, "init", "--quiet");
    git(root, "add", ".");
    const hook = () =>
      runFile(preCommit, { args: ["run", "--all-files"], cwd: root, env, timeoutMs: 120_000 });
    const good = await hook();
    assert.equal(good.exitCode, 0, `${good.stdout}${good.stderr}`);
    assert.match(good.stdout, /^imagecred validate\.+Passed$/m);

    writeFileSync(join(root, "nodes/credential-provider-config-old.yaml"), BAD);
    git(root, "add", ".");
    const bad = await hook();
    assert.equal(bad.exitCode, 1);
    assert.match(bad.stdout, /^imagecred validate\.+Failed$/m);
    assert.match(
      bad.stdout,
      /credential-provider-config-old\.yaml:7:19: warning: .* has a scheme \[scheme\]/,
    );
    assert.doesNotMatch(bad.stdout, /other\.yaml/);
  });
});
