import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, matchesGlob } from "node:path";
import { ROOT, run } from "@imagecred/workspace";

/** Pages and programs whose prose Vale finds itself. */
const READ_BY_VALE = ["**/*.md", "**/*.ts", "**/*.js", "**/*.mjs", "**/*.rs", "**/*.go"];

/** Files whose comments begin with `#`. */
const HASH_COMMENTS = [
  "**/*.{yml,yaml,sh,toml,py}",
  "tools/checks/hooks/*",
  "tools/workspace/chroot/make-debian",
  "tools/windows/wine/make-drive",
  ".npmrc",
];

/** Generated from sources that are read, not ours, or made to be wrong. */
const NOT_READ = [
  "**/CHANGELOG.md",
  "**/testdata/**",
  "docs/api/**",
  "deploy/kustomize/**",
  "docs/snippets/identity/*/kubelet.yaml",
  // Comments are part of the static runtime's cache key: they change together with its code.
  "tools/prose/src/rules.test.ts",
  "tools/prose/styles/**",
];

/** Paths of the repository's files with prose, relative to its top directory, in two kinds. */
export interface ProseFiles {
  readonly readByVale: readonly string[];
  readonly hashComments: readonly string[];
}

/** @param under paths or directories to choose from; all when empty */
export function proseFiles(under: readonly string[] = []): ProseFiles {
  const files = run("git", ["ls-files", "--cached", "--others", "--exclude-standard", ...under], {
    cwd: ROOT,
  })
    .split("\n")
    .filter((path) => path !== "" && !matches(path, NOT_READ));
  return {
    readByVale: files.filter((path) => matches(path, READ_BY_VALE)),
    hashComments: files.filter((path) => matches(path, HASH_COMMENTS)),
  };
}

function matches(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesGlob(path, pattern));
}

/**
 * Writes a file's `#` comments as a page that has each on its own line, so that findings have the right line.
 * @returns the page's path
 */
export function writeHashComments(path: string, directory: string): string {
  const page = join(directory, `${path}.md`);
  mkdirSync(dirname(page), { recursive: true });
  writeFileSync(page, hashComments(readFileSync(join(ROOT, path), "utf8")));
  return page;
}

/** The `#` comments of a text, each on its own line; other lines are empty. */
export function hashComments(text: string): string {
  return text
    .split("\n")
    .map((line) => /^(?:|.*\s)#+(?!!)\s(.*)$/.exec(line)?.[1] ?? "")
    .join("\n");
}
