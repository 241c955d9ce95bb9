import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DISTRIBUTIONS } from "@imagecred/cli";
import { generated, writeGenerated } from "./cross-cloud/generated.ts";
import { documentedConfigurations } from "./documented.ts";
import { KUBELETS } from "./facts/kubelets.ts";
import { MEASURED } from "./facts/measured.ts";
import { PLACES } from "./facts/places.ts";
import { factsOf, initProvider, PAGE_NAMES, registryRegions } from "./facts/registries.ts";
import { SENTENCES } from "./facts/sentences.ts";
import type { Region } from "./facts/table.ts";
import { pages, textOf } from "./page.ts";

/** Facts that several pages repeat, from one source. `npx node tools/docs/src/facts.test.ts --update` writes it into the pages. */
const UPDATE = process.argv.includes("--update");

const REGIONS: readonly Region[] = [...MEASURED, ...KUBELETS, ...PLACES, ...(await registryRegions())];

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

describe("facts within sentences are those of the packages", () => {
  for (const { about, pattern, values } of SENTENCES) {
    test(about, () => {
      const found = ["../README.md", ...pages()].flatMap((page) =>
        // Sentences continue on the next line.
        [...textOf(page).replaceAll(/\s+/g, " ").matchAll(pattern)].map((match) => ({ page, match })),
      );
      assert.ok(found.length > 0, "no page says it any more: remove the pattern, or fix it");
      for (const { page, match } of found)
        for (const [index, value] of values.entries())
          assert.match(match[index + 1] ?? "", new RegExp(`^${value}$`), `docs/${page}: ${match[0]}`);
    });
  }
});

/** Samples whose duration differs from what init writes, with the reason. */
const OTHER_DURATIONS: Readonly<Record<string, string>> = {
  "snippets/identity/certificate-to-aws/kubelet.yaml":
    "a session of IAM Roles Anywhere lasts an hour, and ECR's password no longer than it",
};

test("every sample has the defaultCacheDuration that init writes", async () => {
  const written = new Map(
    await Promise.all(
      PAGE_NAMES.map(
        async (name) => [factsOf(name).name, (await initProvider(name)).defaultCacheDuration] as const,
      ),
    ),
  );
  let checked = 0;
  for (const [where, { providers }] of documentedConfigurations()) {
    if (where in OTHER_DURATIONS) continue;
    for (const { name, defaultCacheDuration } of providers) {
      const [plugin] = [...written.keys()].filter((one) => name.startsWith(one));
      if (plugin === undefined) continue;
      assert.equal(defaultCacheDuration, written.get(plugin), `${where}: ${name}`);
      checked++;
    }
  }
  assert.ok(checked > 25, String(checked));
});

describe("a plugin's page names every kind of host", () => {
  for (const name of PAGE_NAMES) {
    test(`docs/${name}.md`, () => {
      const page = textOf(`${name}.md`).replaceAll(/<!-- facts: [\s\S]*?<!-- end of facts -->/g, "");
      for (const pattern of factsOf(name).matchImages) {
        // Only the domain: the part before it depends on the registry and has the same form in all domains.
        const suffix = pattern.replace(/^.*\*\.(?:geo\.)?/, "");
        assert.ok(page.includes(suffix), `${pattern}: the page does not say ${suffix}`);
      }
    });
  }
});

describe("lists of distributions name all that imagecred knows", () => {
  const LISTS: readonly (readonly [page: string, from: RegExp])[] = [
    ["../README.md", /- `imagecred init` supports ([\s\S]*?)\. /],
    ["imagecred.md", /^\| `--distribution NAME` \|(.*)$/m],
  ];
  for (const [page, from] of LISTS) {
    test(`docs/${page}`, () => {
      const [, list = ""] = from.exec(textOf(page)) ?? [];
      const words: readonly string[] = list.toLowerCase().match(/[a-z0-9]+/g) ?? [];
      for (const { id } of DISTRIBUTIONS) assert.ok(words.includes(id), `${id} is not in "${list}"`);
    });
  }
});

test("each row of the comparison has its source, and the numbered ones exist", () => {
  const page = textOf("comparison.md");
  const [, section = ""] = page.split("\n## Feature by feature\n");
  const rows = (section.split("\n## ")[0] ?? "").split("\n").filter((line) => /^\| (?!---|\|)/.test(line));
  assert.ok(rows.length > 12, String(rows.length));
  for (const row of rows) assert.match(row.split(" | ").at(-1) ?? "", /\]\(/, row);
  const sources = new Set([...page.matchAll(/^(\d+)\. /gm)].map(([, number]) => number));
  const cited = new Set([...page.matchAll(/\[(\d+)\]\(#sources\)/g)].map(([, number]) => number));
  assert.deepEqual([...cited].toSorted(), [...sources].toSorted());
});
