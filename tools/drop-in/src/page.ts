import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCS, withSection } from "@imagecred/workspace";
import type { Row } from "./compare.ts";
import type { Comparison, Situation } from "./situation.ts";

const SECTION = "situations: npx node tools/drop-in/src/main.ts --write";

/** A row of a page's table "What changes, and why". */
export interface Change {
  /** The Go plugin's outcome. */
  readonly theirs: string;
  readonly why: string;
}

/** The text of a comparison's page in docs/. */
export function readPage({ page }: Comparison): string {
  return readFileSync(join(DOCS, page), "utf8");
}

/** Writes the tables into the page. @throws Error when it has no place for them */
export function writePage(comparison: Comparison, rows: readonly Row[]): void {
  writeFileSync(join(DOCS, comparison.page), withTables(readPage(comparison), comparison, rows));
}

/** The page's text with the tables of these rows. @throws Error when it has no place for them, or lacks a reason */
export function withTables(page: string, comparison: Comparison, rows: readonly Row[]): string {
  const changes = changesOf(page);
  const tables = comparison.groups.map(({ title, situations }) => {
    const lines = situations.map((situation) => {
      const row = rows.find(({ group, name }) => group === title && name === situation.name);
      if (row === undefined) throw new Error(`${comparison.page}: "${situation.name}" was not run`);
      return `| ${cells(situation, row, changes).join(" | ")} |`;
    });
    return [`### ${title}`, "", HEAD, RULE, ...lines, ""].join("\n");
  });
  return withSection(page, SECTION, `\n${tables.join("\n")}\n`);
}

const HEAD = "| situation | Go plugin | imagecred | reason for the difference |";
const RULE = "| --- | --- | --- | --- |";

function cells(situation: Situation, { vendor, ours }: Row, changes: readonly Change[]): readonly string[] {
  const reason = vendor.outcome === ours.outcome ? "" : (changeFor(situation, changes)?.why ?? "");
  const mine = vendor.outcome === ours.outcome ? "the same" : ours.outcome;
  return [situation.name, vendor.outcome, mine, reason].map((cell) => cell.replaceAll("|", "\\|"));
}

/** The row of the page's table that has the reason for a situation; undefined when it names no existing row. */
export function changeFor({ differs }: Situation, changes: readonly Change[]): Change | undefined {
  return differs === undefined ? undefined : changes.find(({ theirs }) => theirs.startsWith(differs));
}

/** The rows of "What changes, and why". */
export function changesOf(page: string): readonly Change[] {
  const section = page.split("\n## What changes, and why\n")[1]?.split("\n## ")[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
    .slice(1)
    .map((line) => {
      const [, theirs = "", , why = ""] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      return { theirs, why };
    });
}
