import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DOCS, ROOT } from "@imagecred/workspace";

const page = readFileSync(join(DOCS, "security.md"), "utf8");

/** Rows of the table under a heading, as cells. */
function tableUnder(heading: string): readonly (readonly string[])[] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const [text = ""] = section.split("\n## ");
  const rows = text.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("each guarantee names tests, and they exist", () => {
  const guarantees = tableUnder("What is guaranteed");
  assert.ok(guarantees.length > 10);
  for (const [guarantee = "", tests = ""] of guarantees) {
    const paths = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path);
    assert.ok(paths.length > 0, guarantee);
    for (const path of paths) {
      assert.match(path, /\.test\.ts$|^tools\/e2e\/src\/suites\/|judged_by_glibc\.rs$/, path);
      assert.ok(existsSync(join(ROOT, path)), path);
    }
  }
});

test("each thing that an attacker may control has its row", () => {
  assert.equal(tableUnder("What an attacker may control").length, 6);
});
