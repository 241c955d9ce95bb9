import { createHash } from "node:crypto";
import { globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "@imagecred/workspace";
import { type ProseFiles, writeHashComments } from "./texts.ts";
import { CONFIGURATION, type Finding, findings, STYLE } from "./vale.ts";

/** Findings of unchanged files under unchanged rules. */
const CACHED = join(ROOT, "node_modules/.cache/prose/findings.json");

/** Findings of one content, under a key of the content and the rules. */
type Cache = Record<string, readonly Finding[]>;

/**
 * Findings of our style in the repository's files, sorted by file and line. Only files that changed since the last run are
 * read again.
 * @throws {ToolError} with the output of the compiler or of Vale
 */
export async function lint({ readByVale, hashComments }: ProseFiles): Promise<Finding[]> {
  const rules = rulesKey();
  const keyOf = (path: string) =>
    sha256(Buffer.concat([Buffer.from(`${rules}\0${path}\0`), readFileSync(join(ROOT, path))]));
  const keys = new Map([...readByVale, ...hashComments].map((path) => [path, keyOf(path)]));
  const cache = readCache();
  const isChanged = (path: string) => cache[keys.get(path) ?? ""] === undefined;
  const found = [
    ...(await findings(readByVale.filter(isChanged), { cwd: ROOT })),
    ...(await findingsInHashComments(hashComments.filter(isChanged))),
  ];
  const byFile = Map.groupBy(found, ({ file }) => file);
  const current: Cache = {};
  for (const [path, key] of keys) current[key] = byFile.get(path) ?? cache[key] ?? [];
  writeCache({ ...cache, ...current });
  return Object.values(current)
    .flat()
    .toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

async function findingsInHashComments(paths: readonly string[]): Promise<Finding[]> {
  const directory = mkdtempSync(join(tmpdir(), "imagecred-prose-"));
  try {
    const pages = paths.map((path) => writeHashComments(path, directory));
    const found = await findings(pages, { cwd: directory });
    return found.map((each) => ({ ...each, file: paths[pages.indexOf(each.file)] ?? each.file }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A hash of everything that decides what is found in a text. */
function rulesKey(): string {
  const files = [
    CONFIGURATION,
    ...globSync(join(STYLE, "../**/*.yml")),
    join(import.meta.dirname, "../go/vale/go.mod"),
  ];
  return sha256(
    files
      .toSorted()
      .map((path) => readFileSync(path, "utf8"))
      .join("\0"),
  );
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex").slice(0, 32);
}

function readCache(): Cache {
  try {
    return JSON.parse(readFileSync(CACHED, "utf8")) as Cache;
  } catch {
    return {};
  }
}

function writeCache(cache: Cache): void {
  mkdirSync(dirname(CACHED), { recursive: true });
  const unfinished = `${CACHED}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify(cache));
  renameSync(unfinished, CACHED);
}
