import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { readJson } from "@imagecred/workspace";
import { CreateError, createProject } from "./create.ts";

describe("createProject", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "imagecred-create-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test("writes all files, with the plugin's name and version", () => {
    const target = join(directory, "my-credential-provider");
    const files = createProject(target, "1.2.3");
    assert.deepEqual(files, [
      ".gitignore",
      "README.md",
      "credential-provider-config.yaml",
      "package.json",
      "src/main.ts",
      "src/plugin.test.ts",
      "src/plugin.ts",
      "tsconfig.json",
    ]);
    const texts = files.map((path) => readFileSync(join(target, path), "utf8"));
    for (const text of texts) assert.doesNotMatch(text, /example-credential-provider|IMAGECRED_VERSION/);
    const manifest = JSON.parse(readFileSync(join(target, "package.json"), "utf8"));
    assert.equal(manifest.name, "my-credential-provider");
    assert.equal(manifest.dependencies["@imagecred/protocol"], "1.2.3");
  });

  test("an empty directory is accepted, one with files is rejected", () => {
    mkdirSync(join(directory, "empty"));
    assert.ok(createProject(join(directory, "empty"), "1.0.0").length > 0);
    writeFileSync(join(directory, "file"), "");
    assert.throws(() => createProject(directory.replace(/[^/]*$/, ""), "1.0.0"), CreateError);
    mkdirSync(join(directory, "full"));
    writeFileSync(join(directory, "full/file"), "");
    assert.throws(() => createProject(join(directory, "full"), "1.0.0"), /full is not empty/);
  });

  test("a name that the kubelet or npm would reject is rejected", () => {
    for (const name of ["My Plugin", "UPPER", "-dash", "a b", "ünicode"])
      assert.throws(() => createProject(join(directory, name), "1.0.0"), /cannot be a plugin's name/, name);
  });

  test("the template has the repository's versions of the compilers", () => {
    const { devDependencies } = readJson("package.json") as { devDependencies: Record<string, string> };
    const template = readJson("packages/create-imagecred-plugin/template/package.template.json");
    const own = template["devDependencies"] as Record<string, string>;
    for (const name of ["typescript", "@types/node"]) assert.equal(own[name], devDependencies[name], name);
  });
});
