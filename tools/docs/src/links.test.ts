import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { ROOT } from "@imagecred/workspace";

const PAGES = globSync(["*.md", "docs/**/*.md", "deploy/**/*.md"], { cwd: ROOT }).filter(
  (path) => !path.includes("node_modules"),
);
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** A page's text without its code blocks, which have no headings or links. */
function prose(path: string): string {
  return read(path).replaceAll(/^ *```[\s\S]*?^ *```$/gm, "");
}

/** The names of a page's headings in links, as GitHub makes them: https://github.com/gjtorikian/html-pipeline (TOC filter). */
function anchorsOf(path: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ""] of prose(path).matchAll(/^#{1,6} (.+)$/gm)) {
    const name = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    anchors.add(times === 0 ? name : `${name}-${times}`);
  }
  for (const [, id = ""] of read(path).matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

interface Link {
  readonly from: string;
  /** Path below the repository's root. */
  readonly to: string;
  readonly anchor: string | undefined;
}

function linksOf(from: string): readonly Link[] {
  return [...prose(from).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(
    ([, target = "", anchor]) => ({
      from,
      to: target === "" ? from : normalize(join(dirname(from), target)),
      anchor,
    }),
  );
}

const links = PAGES.flatMap(linksOf);

test("a link to a part of a page leads to a heading that the page has", () => {
  const parts = links.filter(({ to, anchor }) => anchor !== undefined && to.endsWith(".md"));
  assert.ok(parts.length > 60);
  const wrong = parts
    .filter(({ to, anchor = "" }) => !anchorsOf(to).has(anchor))
    .map(({ from, to, anchor }) => `${from}: ${to}#${anchor}`);
  assert.deepEqual(wrong, []);
});

test("every page can be reached from docs/README.md", () => {
  const reached = new Set(["docs/README.md"]);
  for (const page of reached) {
    for (const { to } of linksOf(page)) {
      // A link to a directory shows its pages.
      for (const path of PAGES) if (path === to || dirname(path) === to) reached.add(path);
    }
  }
  const lost = PAGES.filter((path) => path.startsWith("docs/") && !reached.has(path));
  assert.deepEqual(lost, []);
});

test("each term of the glossary says where there is more, and pages link to the glossary", () => {
  const terms = prose("docs/glossary.md").split(/^### /m).slice(1);
  assert.ok(terms.length > 15);
  for (const term of terms) {
    assert.match(term, /\]\([^)]+\)/, term.slice(0, 40));
    // One or two sentences, and for some terms a third that excludes another meaning.
    assert.ok(term.length < 600, `too long for a glossary: ${term.split("\n")[0]}`);
  }
  const linking = new Set(links.filter(({ to }) => to === "docs/glossary.md").map(({ from }) => from));
  assert.ok(linking.size >= 8, `${linking.size} pages link to the glossary`);
});

test("the questions of the README are those of docs/README.md", () => {
  const rows = (path: string) =>
    [...prose(path).matchAll(/^\| (.+?) \| .+ \|$/gm)].map(([, question = ""]) => question);
  const all = rows("docs/README.md");
  const own = prose("README.md").split("## Where to go next")[1] ?? "";
  const asked = [...own.matchAll(/^\| (.+?) \| .+ \|$/gm)].map(([, question = ""]) => question);
  assert.ok(asked.length > 5);
  for (const question of asked.filter((one) => !/^(?:question|---)$/.test(one)))
    assert.ok(
      all.some((one) => one.startsWith(question)),
      `docs/README.md does not have "${question}"`,
    );
});
