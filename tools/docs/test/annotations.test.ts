import assert from "node:assert/strict";
import { test } from "node:test";
import { acrFacts } from "@imagecred/acr/facts";
import { ecrFacts } from "@imagecred/ecr/facts";
import { gcrFacts } from "@imagecred/gcr/facts";
import type { AnnotationFact } from "@imagecred/protocol";
import { generated, writeGenerated } from "../src/cross-cloud/generated.ts";

/** The pages' tables of annotations are the plugins' own. `npx node tools/docs/test/annotations.test.ts --update` writes them. */
const UPDATE = process.argv.includes("--update");

const PLUGINS = { ecr: ecrFacts, acr: acrFacts, gcr: gcrFacts };

/** Rows of one plugin: each meaning, and its annotations in order of precedence. */
function rowsOf(annotations: readonly AnnotationFact[]): readonly string[] {
  return [...new Set(annotations.map((fact) => fact.meaning))].map((meaning) => {
    const rows = annotations.filter((fact) => fact.meaning === meaning);
    const keys = rows.map(({ key, definedBy }) => `\`${key}\` (${definedBy})`).join(", ");
    return `| ${rows[0]?.about ?? ""} | ${keys} |`;
  });
}

function table(head: string, rows: readonly string[]): string {
  const columns = head.split(" | ").length;
  return `\n${[`| ${head} |`, `| ${Array(columns).fill("---").join(" | ")} |`, ...rows].join("\n")}\n\n`;
}

const PAGES: readonly (readonly [page: string, name: string, content: string])[] = [
  ...Object.entries(PLUGINS).map(
    ([name, { annotations }]) =>
      [
        `${name}.md`,
        `annotations: ${name}`,
        table("value | annotations, in order of priority", rowsOf(annotations)),
      ] as const,
  ),
  [
    "identity/README.md",
    "annotations: all",
    table(
      "registries | value | annotations, in order of priority",
      Object.values(PLUGINS).flatMap(({ service, annotations }) =>
        rowsOf(annotations).map((row) => `| ${service} ${row}`),
      ),
    ),
  ],
];

for (const [page, name, content] of PAGES) {
  test(`docs/${page}: the table of annotations`, () => {
    if (UPDATE) writeGenerated(page, name, content);
    assert.equal(generated(page, name), content, "--update writes it");
  });
}
