import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "@imagecred/workspace";
import { pinnedFiles } from "./pinned.ts";

test("the GitHub Action and the pre-commit hook run the version that they are released with", () => {
  for (const [path, text] of pinnedFiles())
    assert.equal(readFileSync(join(ROOT, path), "utf8"), text, `${path}: npm run version writes it`);
});
