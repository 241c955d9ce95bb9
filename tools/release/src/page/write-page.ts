import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { sha256 } from "../checksums.ts";
import { changesOf } from "./changes.ts";
import { type Downloads, REPOSITORY } from "./download.ts";
import { writeFlat } from "./flat.ts";
import { imageTags } from "./image-tags.ts";
import { homebrewFormula } from "./managers/homebrew.ts";
import { krewManifest } from "./managers/krew.ts";
import { scoopManifest } from "./managers/scoop.ts";
import { releaseNotes } from "./notes.ts";

export interface PageOptions {
  /** The release tree. */
  readonly tree: string;
  readonly version: string;
  /** Gets the files of a GitHub release of this version; emptied first. */
  readonly directory: string;
  /** Where the files can be downloaded, without a slash at the end; this version's page unless given. */
  readonly base?: string;
}

/**
 * Writes what is published of a release tree: the flat directory, and next to it `NOTES.md` (the text of the page) and `TAGS`
 * (the image's tags, one a line).
 */
export function writePage({ tree, version, directory, base = baseOf(version) }: PageOptions): void {
  const downloads: Downloads = { version, base, digests: digestsOf(tree) };
  const managers = new Map<string, string>();
  const archived = (pattern: RegExp) => [...downloads.digests.keys()].some((name) => pattern.test(name));
  if (archived(/^imagecred-.*-linux-(amd64|arm64)\.tar\.gz$/)) {
    managers.set("imagecred.krew.yaml", krewManifest(downloads));
    managers.set("imagecred.rb", homebrewFormula(downloads));
  }
  if (archived(/^imagecred-.*-windows-.*\.zip$/))
    managers.set("imagecred.scoop.json", scoopManifest(downloads));
  const digests = writeFlat(tree, directory, managers);
  const about = dirname(directory);
  mkdirSync(about, { recursive: true });
  writeFileSync(join(about, "NOTES.md"), releaseNotes({ ...downloads, digests }, changesOf(version)));
  writeFileSync(
    join(about, "TAGS"),
    imageTags(version)
      .map((tag) => `${tag}\n`)
      .join(""),
  );
}

function baseOf(version: string): string {
  return `https://github.com/${REPOSITORY}/releases/download/v${version}`;
}

/** Of the files that other tools download: archives and executables. */
function digestsOf(tree: string): ReadonlyMap<string, string> {
  return new Map(
    globSync("{linux,windows}/*/*", { cwd: tree })
      .filter((path) => !/\.(?:sha256|spdx\.json|NOTICES\.txt)$/.test(path))
      .map((path) => [basename(path), sha256(readFileSync(join(tree, path)))]),
  );
}
