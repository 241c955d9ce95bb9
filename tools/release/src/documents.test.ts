import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ROOT } from "@imagecred/workspace";
import { archiveName, assetName, directoryOf, FLAVORS, installedName, PROGRAMS } from "./assets.ts";
import { checksumList } from "./checksums.ts";
import { type Component, purlOf } from "./components.ts";
import { thirdPartyNotices } from "./notices.ts";
import { npmComponents } from "./npm-components.ts";
import { spdxDocument } from "./spdx.ts";

const component = (name: string, text: string, ecosystem: Component["ecosystem"] = "npm"): Component => ({
  ecosystem,
  name,
  version: "1.0.0",
  license: "MIT",
  texts: [{ file: "LICENSE", text }],
  homepage: undefined,
  authors: ["Somebody"],
});

describe("names", () => {
  test("are those that users' scripts expect", () => {
    const [amd64] = FLAVORS;
    assert.ok(amd64);
    assert.equal(assetName("ecr-credential-provider", amd64), "ecr-credential-provider-linux-amd64");
    assert.equal(directoryOf(amd64), "linux/amd64");
    assert.equal(
      archiveName("ecr-credential-provider", "1.2.3", amd64),
      "ecr-credential-provider-1.2.3-linux-amd64.tar.gz",
    );
    assert.equal(
      installedName("imagecred", { os: "windows", arch: "arm64", runtime: "nodejs" }),
      "imagecred.exe",
    );
  });

  test("never collide", () => {
    const names = PROGRAMS.flatMap((program) =>
      FLAVORS.flatMap((flavor) =>
        [assetName(program, flavor), archiveName(program, "1.0.0", flavor)].map(
          (name) => `${directoryOf(flavor)}/${name}`,
        ),
      ),
    );
    assert.equal(new Set(names).size, names.length);
  });
});

describe("components", () => {
  test("are the packages whose files are in the bundle, nested ones and scopes included", () => {
    const inputs = {
      "packages/ecr/src/main.ts": {},
      "node_modules/fast-check/lib/x.js": {},
      "node_modules/@types/node/index.d.ts": {},
    };
    const found = npmComponents({ inputs }, ROOT);
    assert.deepEqual(
      found.map(({ name }) => name),
      ["@types/node", "fast-check"],
    );
    assert.ok(
      found.every(
        ({ version, license, texts }) => /^\d/.test(version) && license === "MIT" && texts.length > 0,
      ),
    );
  });

  test("have package URLs", () => {
    assert.equal(purlOf(component("@aws-sdk/client-ecr", "")), "pkg:npm/%40aws-sdk/client-ecr@1.0.0");
    assert.equal(purlOf(component("ring", "", "cargo")), "pkg:cargo/ring@1.0.0");
  });
});

describe("documents", () => {
  test("notices have each license text once, with all packages that it is for", () => {
    const notices = thirdPartyNotices("x", [
      component("a", "same terms"),
      component("b", "same terms"),
      component("c", "other terms"),
    ]);
    assert.equal(notices.split("same terms").length, 2);
    assert.match(notices, /\na 1\.0\.0, b 1\.0\.0\n/);
    assert.match(notices, /other terms/);
  });

  test("a package without a license text gets the standard one, with its authors", () => {
    const notices = thirdPartyNotices("x", [{ ...component("a", ""), texts: [] }]);
    assert.match(notices, /Copyright Somebody/);
    assert.match(notices, /Permission is hereby granted, free of charge/);
  });

  test("an SBOM names the file by its digest and contains every component", () => {
    const subject = {
      name: "x-linux-amd64",
      version: "1.2.3",
      sha256: "ab".repeat(32),
      createdAt: 1_700_000_000,
    };
    const document = JSON.parse(spdxDocument(subject, [component("a", ""), component("ring", "", "cargo")]));
    assert.equal(document.creationInfo.created, "2023-11-14T22:13:20Z");
    assert.equal(document.packages[0].checksums[0].checksumValue, subject.sha256);
    assert.equal(
      document.relationships.filter(
        ({ relationshipType }: { relationshipType: string }) => relationshipType === "CONTAINS",
      ).length,
      2,
    );
  });

  test("checksum lists are sorted, in sha256sum's format", () => {
    assert.equal(
      checksumList(
        new Map([
          ["b", "22"],
          ["a", "11"],
        ]),
      ),
      "11  a\n22  b\n",
    );
  });
});
