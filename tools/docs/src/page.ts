import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { DOCS, ROOT } from "@imagecred/workspace";

/** The comment on the line above a fenced block: `<!-- run, when no-role -->`. */
export interface Mark {
  /** `run`, `not run`, `file` or `kubelet`. */
  readonly kind: string;
  /** The text after a colon, or undefined: `<!-- file: snippets/k3s/config.yaml -->`. */
  readonly value: string | undefined;
  /** The parts after commas, by their first word: `when no-role`, `needs dpkg`. */
  readonly conditions: ReadonlyMap<string, string>;
}

/** One fenced block of a page. */
export interface Block {
  /** Path below docs/. */
  readonly page: string;
  /** Of the fence's first line, from 1. */
  readonly line: number;
  readonly language: string;
  readonly content: string;
  readonly mark: Mark | undefined;
  /** The position where the content begins in the page's text. */
  readonly offset: number;
}

/** Paths below docs/ of all pages. */
export function pages(): readonly string[] {
  return globSync("**/*.md", { cwd: DOCS }).toSorted();
}

export function textOf(page: string): string {
  return readFileSync(join(DOCS, page), "utf8");
}

const FENCE = /(?:^<!-- (.*?) -->\n)?^( *)```([\w-]*)\n([\s\S]*?)^ *```$/gm;

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): readonly Block[] {
  const text = textOf(page);
  return [...text.matchAll(FENCE)].map((match) => {
    const [whole, comment, , language = "", content = ""] = match;
    const offset = match.index + whole.lastIndexOf(content, whole.lastIndexOf("```"));
    return {
      page,
      line: text.slice(0, offset).split("\n").length - 1,
      language,
      content,
      mark: comment === undefined ? undefined : parseMark(comment),
      offset,
    };
  });
}

function parseMark(comment: string): Mark {
  const [, kind = "", value, rest = ""] = /^([\w ]+?)(?:: (.*?))?((?:, \w+ [^,]*)*)$/.exec(comment) ?? [];
  const conditions = rest
    .split(", ")
    .filter((part) => part !== "")
    .map((part): [string, string] => [
      part.slice(0, part.indexOf(" ")),
      part.slice(part.indexOf(" ") + 1).trim(),
    ]);
  return { kind, value, conditions: new Map(conditions) };
}

/** `docs/ecr.md:12`, for messages of tests. */
export function placeOf({ page, line }: Block): string {
  return `${relative(ROOT, join(DOCS, page))}:${line}`;
}
