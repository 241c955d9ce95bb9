import assert from "node:assert/strict";
import { test } from "node:test";
import { sectionOf, withSection } from "./page-section.ts";

const PAGE =
  "# Page\n<!-- facts: one -->\na\n<!-- end of facts -->\n<!-- facts: two -->\nb\n<!-- end of facts -->\n";

test("a section is read and replaced between its own comments", () => {
  assert.equal(sectionOf(PAGE, "facts: two"), "b\n");
  assert.equal(withSection(PAGE, "facts: one", "new\n"), PAGE.replace("a\n", "new\n"));
});

test("a page without the section, or without its end, is refused", () => {
  assert.throws(() => sectionOf(PAGE, "other"), /no section other/);
  assert.throws(() => withSection("<!-- open -->\n", "open", ""), /no section open/);
});
