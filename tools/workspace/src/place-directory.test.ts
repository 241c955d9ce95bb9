import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { placeDirectory } from "./place-directory.ts";

function made(parent: string, name: string): string {
  const directory = join(parent, name);
  mkdirSync(directory);
  writeFileSync(join(directory, "by"), name);
  return directory;
}

test("the first process places its directory, and the second keeps the existing one", () => {
  const parent = mkdtempSync(join(tmpdir(), "place-directory-"));
  try {
    const place = join(parent, "place");
    for (const name of ["first", "second"]) {
      placeDirectory(made(parent, name), place);
      assert.equal(readFileSync(join(place, "by"), "utf8"), "first");
      assert.equal(existsSync(join(parent, name)), false);
    }
    assert.throws(() => placeDirectory(join(parent, "missing"), join(parent, "other")), { code: "ENOENT" });
  } finally {
    rmSync(parent, { recursive: true });
  }
});
