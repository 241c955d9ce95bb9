import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { allows, licenseIn, moduleDirectory, requiredModules } from "./licenses.ts";

test("license expressions: OR, AND, parentheses, exceptions, Cargo's slash", () => {
  const fine = new Set(["MIT", "Apache-2.0", "Unicode-3.0"]);
  for (const expression of [
    "MIT",
    "(BSD-3-Clause OR MIT)",
    "GPL-2.0/MIT",
    "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
    "(MIT OR GPL-2.0) AND Unicode-3.0",
    "GPL-2.0 AND ISC OR MIT",
  ])
    assert.ok(allows(expression, fine), expression);
  for (const expression of ["GPL-2.0", "MIT AND GPL-2.0", "(MIT OR Apache-2.0) AND GPL-2.0", "MITX"])
    assert.ok(!allows(expression, fine), expression);
  for (const expression of ["", "MIT OR", "(MIT", "MIT)", "MIT Apache-2.0", "AND"])
    assert.throws(() => allows(expression, fine), /no license expression/, expression);
});

test("a license is known by its text, and several texts all count", () => {
  const directory = mkdtempSync(join(tmpdir(), "imagecred-licenses-"));
  try {
    assert.equal(licenseIn(directory), undefined);
    mkdirSync(join(directory, "LICENSES"));
    writeFileSync(
      join(directory, "LICENSE"),
      "MIT License\n\nPermission is hereby granted, free\n of charge, to",
    );
    assert.equal(licenseIn(directory), "MIT");
    writeFileSync(join(directory, "COPYING.txt"), "GNU GENERAL PUBLIC LICENSE Version 3");
    assert.deepEqual(licenseIn(directory)?.split(" AND ").toSorted(), ["GPL-3.0", "MIT"]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("a go.mod's modules, with its replacements", () => {
  const goMod = `module x.dev/y

go 1.26.0

require github.com/a/B v1.2.3

require (
	k8s.io/api v0.0.0 // indirect
	x.dev/driver v0.0.0
)

replace x.dev/driver => ../driver

replace (
	k8s.io/api => k8s.io/api v0.37.2
)
`;
  assert.deepEqual(requiredModules(goMod), [
    { path: "github.com/a/B", version: "v1.2.3" },
    { path: "k8s.io/api", version: "v0.37.2" },
  ]);
  const cache = mkdtempSync(join(tmpdir(), "imagecred-modules-"));
  try {
    const directory = join(cache, "github.com/a/!b@v1.2.3");
    mkdirSync(directory, { recursive: true });
    assert.equal(moduleDirectory(cache, { path: "github.com/a/B", version: "v1.2.3" }), directory);
    assert.equal(moduleDirectory(cache, { path: "github.com/a/B", version: "v1.2.4" }), undefined);
  } finally {
    rmSync(cache, { recursive: true });
  }
});
