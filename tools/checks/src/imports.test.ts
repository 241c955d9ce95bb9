import assert from "node:assert/strict";
import { test } from "node:test";
import { manifests } from "@imagecred/workspace";
import { sources } from "./imports.ts";

const all = sources();

/**
 * The workspaces that each workspace may import, except in tests. One that is listed may name only those above it, so that there are no
 * circles. `ecr/facts` is that export alone: a module of data and parsers, without an SDK.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  identities: ["protocol"],
  kubelet: ["protocol"],
  "identity-map": ["kubelet/document", "protocol"],
  ecr: ["identities", "identity-map", "protocol"],
  acr: ["identities", "identity-map", "kubelet/yaml", "protocol"],
  gcr: ["identities", "identity-map", "protocol"],
  node: ["kubelet", "protocol"],
  cli: ["kubelet", "protocol", "identity-map", "node", "ecr/facts", "acr/facts", "gcr/facts"],
  workspace: [],
  vectors: ["workspace"],
  prose: ["workspace"],
  "fake-clouds": ["workspace"],
  build: [],
  "create-imagecred-plugin": [],
  executables: ["build", "workspace"],
  e2e: ["fake-clouds", "protocol", "workspace"],
  fuzz: ["acr", "ecr", "gcr", "kubelet", "protocol", "workspace"],
  "drop-in": ["e2e", "fake-clouds", "kubelet", "protocol", "workspace"],
  interop: ["e2e", "fake-clouds", "workspace"],
  chart: ["cli", "workspace"],
  release: [
    "acr",
    "build",
    "chart",
    "cli",
    "ecr",
    "executables",
    "fake-clouds",
    "gcr",
    "protocol",
    "workspace",
  ],
  cluster: ["chart", "fake-clouds", "release", "workspace"],
  "kubelet-conformance": ["cluster", "e2e", "fake-clouds", "workspace"],
  windows: ["executables", "kubelet-conformance", "workspace"],
  checks: ["cluster", "drop-in", "executables", "interop", "release", "windows", "workspace"],
  bench: ["drop-in", "executables", "fake-clouds", "workspace"],
  load: ["bench", "e2e", "fake-clouds", "kubelet-conformance", "workspace"],
  fleet: ["identities", "protocol", "workspace", "acr", "ecr", "gcr"],
  demo: ["fake-clouds", "kubelet", "protocol", "workspace"],
  docs: ["acr", "cli", "e2e", "ecr", "fake-clouds", "gcr", "kubelet", "protocol", "release", "workspace"],
};

/** `@imagecred/kubelet/nodejs` as `["kubelet", "kubelet/nodejs"]`; undefined for what is not ours. */
function ours(specifier: string): readonly [workspace: string, path: string] | undefined {
  const path = /^@imagecred\/(.+)$/.exec(specifier)?.[1];
  return path === undefined ? undefined : [path.replace(/\/.*/, ""), path];
}

test("the arrows name no workspace that comes later: no circles", () => {
  const known: string[] = [];
  for (const [name, targets] of Object.entries(ARROWS)) {
    for (const target of targets)
      assert.ok(known.includes(target.replace(/\/.*/, "")), `${name} -> ${target}`);
    known.push(name);
  }
});

test("imports between workspaces follow the arrows", () => {
  for (const { path, workspace, test, imports } of all) {
    if (test || workspace === "docs") continue;
    const name = workspace.replace(/.*\//, "");
    const allowed = ARROWS[name];
    assert.ok(allowed, `${workspace} has no arrows declared`);
    for (const [target, specifier] of imports.map(ours).filter((each) => each !== undefined)) {
      const named: boolean = target === name || allowed.includes(target) || allowed.includes(specifier);
      assert.ok(named, `${path} imports @imagecred/${specifier}`);
    }
  }
});

test("an example in docs/ imports the protocol package only, as a plugin of a third party does", () => {
  const examples = all.filter(({ workspace }) => workspace === "docs");
  assert.ok(examples.length > 0);
  for (const { path, imports } of examples) {
    for (const name of imports.filter((each) => !/^(node:|\.\/)/.test(each)))
      assert.match(name, /^@imagecred\/protocol(\/|$)/, path);
  }
});

test("what is imported from another workspace is declared, by tests among the development dependencies", () => {
  const declared = new Map(manifests().map((manifest) => [manifest.directory, manifest]));
  for (const { path, workspace, test, imports } of all) {
    const manifest = declared.get(workspace);
    if (manifest === undefined) continue;
    for (const name of imports.map((each) => ours(each)?.[0]).filter((each) => each !== undefined)) {
      const dependency = `@imagecred/${name}`;
      const found: boolean =
        dependency === manifest.name ||
        dependency in manifest.dependencies ||
        (test && dependency in manifest.devDependencies);
      assert.ok(found, `${path} imports ${dependency}, which ${workspace}/package.json does not declare`);
    }
  }
});

test("no relative path leaves its workspace", () => {
  for (const { path, workspace, reached } of all) {
    // tools/workspace is where the others get such paths from.
    if (path === "tools/workspace/src/paths.ts") continue;
    for (const target of reached)
      assert.ok(`${target}/`.startsWith(`${workspace}/`), `${path} reaches ${target}`);
  }
});

test("no command of imagecred imports another", () => {
  const commands = all.filter(({ path, test }) => !test && path.startsWith("packages/cli/src/commands/"));
  assert.ok(commands.length > 10);
  const commandOf = (path: string) => /^packages\/cli\/src\/commands\/([^/.]+)\//.exec(path)?.[1];
  for (const { path, reached } of commands) {
    for (const target of reached) {
      const other = commandOf(target);
      const own = commandOf(path);
      assert.ok(other === undefined || own === undefined || other === own, `${path} imports ${target}`);
    }
  }
});

test("index files name what they export", () => {
  for (const { path, text } of all) assert.doesNotMatch(text, /^export \* from/m, path);
});

test("in a folder called test there are tests only, since node --test runs every file there", () => {
  for (const { path } of all) {
    const name = path.replace(/.*\//, "");
    if (name.endsWith(".test.ts")) continue;
    assert.doesNotMatch(path, /\/test\//, "helpers of tests belong in src/testing");
    assert.doesNotMatch(name, /^test[-.]|[-_]test\.ts$/, `node --test takes ${path} for a test`);
  }
});
