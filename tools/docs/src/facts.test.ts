import assert from "node:assert/strict";
import { test } from "node:test";
import { generated, writeGenerated } from "./cross-cloud/generated.ts";
import { MEASURED } from "./facts/measured.ts";
import type { Region } from "./facts/table.ts";
import { pages, textOf } from "./page.ts";

/** What several pages say, from one source. `npx node tools/docs/src/facts.test.ts --update` writes it into the pages. */
const UPDATE = process.argv.includes("--update");

const REGIONS: readonly Region[] = [...MEASURED];

for (const { page, name, content } of REGIONS) {
  test(`docs/${page}: ${name}`, () => {
    if (UPDATE) writeGenerated(page, `facts: ${name}`, content);
    assert.equal(generated(page, `facts: ${name}`), content, "--update writes it");
  });
}

test("every region of a page is written by this test", () => {
  const known = new Set(REGIONS.map(({ page, name }) => `${page}: ${name}`));
  for (const page of ["../README.md", ...pages()])
    for (const [, name = ""] of textOf(page).matchAll(/^<!-- facts: (.+) -->$/gm))
      assert.ok(known.has(`${page}: ${name}`), `${page}: ${name}`);
});
