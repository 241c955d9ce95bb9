import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { ROOT, run } from "@imagecred/workspace";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import type { NpmPackage } from "../src/npm/packages.ts";
import { packedForTests } from "../src/npm/packed.ts";

/** Packages with an API. They are ES modules: what a CommonJS caller of an old resolution sees is nothing, on purpose. */
const LIBRARIES = ["@imagecred/protocol", "@imagecred/kubelet", "@imagecred/build"];
const RESOLUTIONS = ["node16-esm", "bundler"];

describe("what is published to npm", () => {
  let packages: readonly NpmPackage[];
  const packed = (name: string): NpmPackage =>
    packages.find((one) => one.name === name) ?? assert.fail(`${name} is not packed`);
  const read = (one: NpmPackage, path: string) => run("tar", ["-xzOf", one.tarball, `package/${path}`]);

  before(async () => {
    packages = await packedForTests();
  });

  test("publint finds nothing, suggestions included", async () => {
    for (const one of packages) {
      const data = readFileSync(one.tarball);
      const tarball = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer;
      const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
      assert.deepEqual(
        messages.map((message) => formatMessage(message, pkg)),
        [],
        one.name,
      );
    }
  });

  test("the types are not wrong: every entry point resolves, for Node.js and for bundlers", async () => {
    for (const name of LIBRARIES) {
      const result = await checkPackage(createPackageFromTarballData(readFileSync(packed(name).tarball)));
      assert.ok(result.types, `${name} has types`);
      for (const [path, { resolutions }] of Object.entries(result.entrypoints)) {
        for (const kind of RESOLUTIONS) {
          const { resolution } = resolutions[kind as keyof typeof resolutions];
          assert.ok(resolution?.isTypeScript, `${name} ${path}: ${kind}`);
        }
      }
      const problems = result.problems.filter(
        (problem) => !("resolutionKind" in problem) || RESOLUTIONS.includes(problem.resolutionKind),
      );
      assert.deepEqual(problems, [], name);
    }
  });

  test("each has the license, a README, where it comes from, and one version", () => {
    const license = readFileSync(join(ROOT, "LICENSE"), "utf8");
    for (const one of packages) {
      assert.equal(read(one, "LICENSE"), license, one.name);
      assert.ok(read(one, "README.md").length > 80, one.name);
      const manifest = JSON.parse(read(one, "package.json"));
      assert.equal(manifest.license, "Apache-2.0");
      assert.equal(manifest.repository.url, "git+https://github.com/imagecred/imagecred.git");
      assert.equal(manifest.version, packages[0]?.version, one.name);
      for (const absent of ["private", "scripts", "devDependencies"])
        assert.equal(manifest[absent], undefined, one.name);
    }
  });

  test("none has tests, the repository's condition, or a dependency on what is not published", () => {
    const names = packages.map(({ name }) => name);
    for (const one of packages) {
      const files = run("tar", ["-tzf", one.tarball]).trim().split("\n");
      assert.deepEqual(
        files.filter((path) => /^package\/(?!template\/).*\.test\.|tsbuildinfo|node_modules/.test(path)),
        [],
        one.name,
      );
      const text = read(one, "package.json");
      assert.doesNotMatch(text, /@imagecred\/source/, one.name);
      const { dependencies = {}, optionalDependencies = {} } = JSON.parse(text);
      for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }))
        if (dependency.startsWith("@imagecred/"))
          assert.ok(names.includes(dependency), `${one.name}: ${dependency}`);
    }
  });

  test("they come in an order in which each finds its dependencies", () => {
    const seen: string[] = [];
    for (const one of packages) {
      const { dependencies = {}, optionalDependencies = {} } = JSON.parse(read(one, "package.json"));
      for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }))
        if (dependency.startsWith("@imagecred/"))
          assert.ok(seen.includes(dependency), `${one.name} before ${dependency}`);
      seen.push(one.name);
    }
  });
});

test("npm pack of a workspace compiles it first, and its LICENSE is the repository's", () => {
  for (const directory of ["packages/protocol", "packages/kubelet", "packages/build"]) {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, directory, "package.json"), "utf8"));
    assert.equal(scripts.prepack, "npm run build", directory);
    assert.equal(
      readFileSync(join(ROOT, directory, "LICENSE"), "utf8"),
      readFileSync(join(ROOT, "LICENSE"), "utf8"),
    );
  }
});
