import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@imagecred/workspace";

/** The changes of a version in Markdown, by size; the largest size first. */
export interface Changes {
  readonly title: "Major changes" | "Minor changes" | "Fixes";
  /** One for each changeset. Paragraphs and list items are one line each; the first line has no indentation. */
  readonly items: readonly string[];
}

const TITLES = { major: "Major changes", minor: "Minor changes", patch: "Fixes" } as const;
type Size = keyof typeof TITLES;

/**
 * Returns the changes of this version only: from the packages' changelogs if they have a section for it, otherwise from the
 * pending changesets. A change of several packages is listed once.
 */
export function changesOf(version: string, root: string = ROOT): readonly Changes[] {
  const changelogs = globSync("packages/*/CHANGELOG.md", { cwd: root })
    .toSorted()
    .map((path) => sectionOf(readFileSync(join(root, path), "utf8"), version));
  const found = changelogs.some((section) => section !== undefined)
    ? changelogs.flatMap((section) => itemsOfSection(section ?? ""))
    : pending(root);
  return (Object.keys(TITLES) as Size[]).flatMap((size) => {
    const items = [...new Set(found.filter((one) => one.size === size).map(({ text }) => text))];
    return items.length === 0 ? [] : [{ title: TITLES[size], items }];
  });
}

interface Change {
  readonly size: Size;
  readonly text: string;
}

/** Returns the text between `## VERSION` and the next version (the format of @changesets/cli/changelog). */
function sectionOf(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  return sections.find((section) => section.split("\n", 1)[0]?.trim() === version);
}

function itemsOfSection(section: string): readonly Change[] {
  return section
    .split(/^### /m)
    .slice(1)
    .flatMap((part) => {
      const size = /^(major|minor|patch) changes/i.exec(part)?.[1]?.toLowerCase() as Size | undefined;
      if (size === undefined) return [];
      return (
        part
          .split(/^- /m)
          .slice(1)
          .map((item) => item.replace(/^[0-9a-f]{7,40}: /, "").trim())
          // All our packages get a new version in every release.
          .filter((item) => !item.startsWith("Updated dependencies"))
          .map((text) => ({ size, text: unwrapped(text.replace(/^ {2}/gm, "")) }))
      );
    });
}

/** Reads the changesets that no version contains yet (changesets, "File format"). */
function pending(root: string): readonly Change[] {
  const directory = join(root, ".changeset");
  if (!existsSync(directory)) return [];
  return globSync("*.md", { cwd: directory, exclude: ["README.md"] })
    .toSorted()
    .flatMap((name): Change[] => {
      const [, head = "", body = ""] =
        /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(readFileSync(join(directory, name), "utf8")) ?? [];
      const sizes = [...head.matchAll(/: (major|minor|patch)$/gm)].map(([, size]) => size as Size);
      const [size] = (Object.keys(TITLES) as Size[]).filter((one) => sizes.includes(one));
      return size === undefined ? [] : [{ size, text: unwrapped(body.trim()) }];
    });
}

/**
 * Joins the lines of each paragraph and of each list item: GitHub shows every line break of a release's text.
 * @param text Markdown of paragraphs and flat lists
 */
function unwrapped(text: string): string {
  return text.replace(/(?<!\n)\n(?!\n|- )\s*/g, " ");
}
