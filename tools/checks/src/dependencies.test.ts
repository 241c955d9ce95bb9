import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, test } from "node:test";
import { notInstalled, ROOT, run, ToolError } from "@imagecred/workspace";
import { allows, licenseIn, moduleDirectory, requiredModules } from "./licenses.ts";

/** Licenses under which a package may be used, shipped or not (SPDX). */
const LICENSES = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  // Data: the certificates of Mozilla's authorities, which the static executables do not change.
  "CDLA-Permissive-2.0",
  "ISC",
  "MIT",
  "Unicode-3.0",
  "Zlib",
]);

/** Under another license, and used for development alone. */
const FOR_DEVELOPMENT = new Set(["MPL-2.0", "NCSA", "WTFPL", "CC BY-SA 4.0"]);

/** Go modules that their owners moved. */
const RENAMED = new Map([["github.com/google/cel-go", "github.com/cel-expr/cel-go"]]);

interface Locked {
  readonly version?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
}

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

const FOR_TOOLS = new Set([...LICENSES, ...FOR_DEVELOPMENT]);

describe("npm packages", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> };
  const others = Object.entries(packages).filter(
    ([path, { link }]) => path.includes("node_modules/") && link !== true,
  );

  test("come from npm's registry, with a checksum", () => {
    assert.ok(others.length > 100);
    for (const [path, { integrity, resolved }] of others) {
      assert.match(integrity ?? "", /^sha512-/, path);
      // Without one, npm asks the registry that it is set up with.
      if (resolved !== undefined) assert.match(resolved, /^https:\/\/registry\.npmjs\.org\//, path);
    }
  });

  test("have licenses that allow their use", () => {
    for (const [path, { license = "", dev }] of others) {
      const allowed = dev === true ? FOR_TOOLS : LICENSES;
      // Some packages have text that is not a license expression.
      assert.ok(allowed.has(license) || allows(license, allowed), `${path}: ${license}`);
    }
  });
});

test("crates come from crates.io, with a checksum", () => {
  for (const path of globSync("tools/**/Cargo.lock", {
    cwd: ROOT,
    exclude: (name) => name === "node_modules",
  })) {
    const crates = read(path).split("[[package]]").slice(1);
    assert.ok(crates.length > 0, path);
    for (const crate of crates) {
      const [, name = ""] = /^name = "(.*)"$/m.exec(crate) ?? [];
      // Ours have none.
      if (!crate.includes("\nsource = ")) {
        assert.match(crate, /^version = "0\.0\.0"$/m, name);
        continue;
      }
      assert.match(crate, /^source = "registry\+https:\/\/github\.com\/rust-lang\/crates\.io-index"$/m, name);
      assert.match(crate, /^checksum = "[0-9a-f]{64}"$/m, name);
    }
  }
});

test("crates have licenses that allow their use", {
  skip: notInstalled("cargo") ?? false,
}, (context) => {
  for (const path of globSync("tools/**/Cargo.lock", {
    cwd: ROOT,
    exclude: (name) => name === "node_modules",
  })) {
    const crates = cratesOf(dirname(join(ROOT, path)));
    if (crates === undefined)
      return context.skip("cargo has not downloaded the crates, and cannot reach crates.io");
    assert.ok(crates.length > 0, path);
    // Only the static runtime's crates are in what we ship.
    const allowed = path === "tools/runtime/Cargo.lock" ? LICENSES : FOR_TOOLS;
    for (const { name, version, license } of crates)
      assert.ok(license !== null && allows(license, allowed), `${name} ${version}: ${license}`);
  }
});

/** The crates of a workspace, for every platform. undefined where they are not here and cannot be downloaded. */
function cratesOf(directory: string) {
  try {
    const text = run("cargo", ["metadata", "--format-version=1", "--locked"], { cwd: directory });
    const { packages } = JSON.parse(text) as {
      packages: readonly { name: string; version: string; license: string | null }[];
    };
    return packages;
  } catch (error) {
    if (error instanceof ToolError && /download|network|resolve host/i.test(error.message)) return undefined;
    throw error;
  }
}

/** Go modules without a license file. */
const LICENSE_ELSEWHERE = new Map([
  // Vale's parser for Julia, generated from tree-sitter/tree-sitter-julia.
  ["github.com/jdkato/go-tree-sitter-julia", "MIT"],
]);

test("Go modules that were built here have licenses that allow their use", {
  skip: notInstalled("go") ?? false,
}, (context) => {
  const cache = run("go", ["env", "GOMODCACHE"]).trim();
  const seen = new Set<string>();
  for (const path of globSync("{packages,tools}/**/go.mod", {
    cwd: ROOT,
    exclude: (name) => name === "node_modules",
  })) {
    for (const module of requiredModules(read(path))) {
      const name = `${module.path} ${module.version}`;
      const directory = seen.has(name) ? undefined : moduleDirectory(cache, module);
      if (directory === undefined) continue;
      seen.add(name);
      const license = licenseIn(directory) ?? LICENSE_ELSEWHERE.get(module.path);
      assert.ok(license !== undefined && allows(license, FOR_TOOLS), `${name}: ${license}`);
    }
  }
  if (seen.size === 0) context.skip("no Go module was downloaded on this machine");
});

test("Go modules come from their own places, with checksums", () => {
  const modules = globSync("{packages,tools}/**/go.mod", {
    cwd: ROOT,
    exclude: (name) => name === "node_modules",
  });
  assert.ok(modules.length > 3);
  for (const path of modules) {
    const requires = /^\s*(?:require )?[\w./-]+\.[\w./-]+ v\d/m.test(read(path));
    if (!existsSync(join(ROOT, path.replace(/go\.mod$/, "go.sum")))) {
      // It needs nothing, or is built as part of a module that has its sums.
      const within = modules.some((other) => read(other).includes(`=> ../${basename(dirname(path))}`));
      assert.ok(!requires || within, path);
      continue;
    }
    const text = read(path);
    // The kubelet's staging modules are replaced by the published ones of the same name.
    for (const [, from = "", to = ""] of text.matchAll(/^\s*(?:replace )?(\S+)(?: v\S+)? => (\S+)/gm))
      assert.ok(
        to === from || RENAMED.get(from) === to || to.startsWith("./") || to.startsWith("../"),
        `${path}: ${from} => ${to}`,
      );
    if (requires) {
      const sums = read(path.replace(/go\.mod$/, "go.sum"))
        .trim()
        .split("\n");
      assert.ok(
        sums.every((line) => / h1:[A-Za-z0-9+/]+=$/.test(line)),
        path,
      );
    }
  }
});
