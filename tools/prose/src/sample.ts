import { createHash } from "node:crypto";
import { join } from "node:path";
import { ROOT, toolFlags } from "@imagecred/workspace";
import { proseFiles } from "./texts.ts";
import { type Finding, findings } from "./vale.ts";

const USAGE = `Usage: npx node tools/prose/src/sample.ts [--seed N] [--count N] [PATH...]

Prints sentences of pages, comments and messages, chosen by the seed, each with its file and line, for a reader to judge.

  --seed N    the same seed chooses the same sentences of the same files; default 1
  --count N   how many; default 50
  PATH        files or directories; the whole repository unless given`;

const { values, positionals } = toolFlags(USAGE, {
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "50" },
  },
});
await print(values.seed, Number(values.count), positionals);

async function print(seed: string, count: number, paths: readonly string[]): Promise<void> {
  const { readByVale } = proseFiles(paths);
  const files = chosen(readByVale, (path) => path, seed, count * 4);
  const configuration = join(import.meta.dirname, "../sample.ini");
  const sentences = (await findings(files, { configuration, cwd: ROOT })).filter(isSentence);
  // Of each file a few sentences at most, so that a long page is not half of the sample.
  const perFile = [...Map.groupBy(sentences, ({ file }) => file).values()].flatMap((all) =>
    chosen(all, place, seed, 3),
  );
  for (const sentence of chosen(perFile, place, seed, count).toSorted(byPlace))
    console.log(
      `${place(sentence)}\n    ${sentence.match
        .replaceAll(/\s+/g, " ")
        .replaceAll(/\*{2,}/g, "…")
        .trim()}`,
    );
}

/** Whether it is more than a name or a cell of a table. */
function isSentence({ match }: Finding): boolean {
  return match.trim().split(/\s+/).length >= 5;
}

/** `count` of the things, chosen by the seed and their key alone: another file's change does not change the choice. */
function chosen<T>(things: readonly T[], key: (thing: T) => string, seed: string, count: number): T[] {
  const rank = (thing: T) =>
    createHash("sha256")
      .update(`${seed}\0${key(thing)}`)
      .digest("hex");
  return things
    .map((thing) => ({ thing, at: rank(thing) }))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, count)
    .map(({ thing }) => thing);
}

function place({ file, line, column }: Finding): string {
  return `${file}:${line}:${column}`;
}

function byPlace(a: Finding, b: Finding): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line;
}
