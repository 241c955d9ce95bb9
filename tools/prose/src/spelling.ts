import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT, ToolError } from "@imagecred/workspace";

/** A word that neither the dictionaries nor `dictionary/*.txt` have. */
export interface Misspelling {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly word: string;
}

/** cspell's configuration, with what it reads of each kind of file. */
export const CONFIGURATION = join(import.meta.dirname, "../cspell.json");

/**
 * Unknown words of the repository's files. Results of unchanged files are cached in node_modules/.cache.
 * @param files relative to the repository's top directory
 * @throws {ToolError} when cspell itself fails
 */
export function misspellings(files: readonly string[]): Misspelling[] {
  const { status, stdout, stderr, error } = spawnSync(
    join(ROOT, "node_modules/.bin/cspell"),
    [
      "lint",
      `--config=${CONFIGURATION}`,
      "--file-list=stdin",
      "--no-progress",
      "--no-summary",
      "--no-color",
      "--cache",
      "--cache-strategy=content",
      `--cache-location=${join(ROOT, "node_modules/.cache/cspell")}`,
    ],
    { cwd: ROOT, input: files.join("\n"), encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const found = stdout.split("\n").flatMap(read);
  if (error !== undefined || (status !== 0 && found.length === 0))
    throw new ToolError(`cspell failed\n${error?.message ?? `${stdout}${stderr}`}`);
  return found;
}

/** `path:line:column - Unknown word (word)` */
function read(line: string): Misspelling[] {
  const [, file = "", at = "", column = "", word = ""] = /^(.+?):(\d+):(\d+) - .*?\((.*?)\)/.exec(line) ?? [];
  return file === "" ? [] : [{ file, line: Number(at), column: Number(column), word }];
}
