import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DIRECTORY = join(import.meta.dirname, "../../test/testdata/golden");

/**
 * Compares an output with the reviewed one in test/testdata/golden. `UPDATE_GOLDEN=1` rewrites it: then review the
 * difference.
 */
export function assertGolden(name: string, text: string): void {
  const file = join(DIRECTORY, `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  assert.ok(existsSync(file), `${file} is missing; UPDATE_GOLDEN=1 writes it`);
  assert.equal(text, readFileSync(file, "utf8"));
}
