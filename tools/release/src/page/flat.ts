import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { checksumList, sha256 } from "../checksums.ts";

/** The list of checksums that names the files as the tree has them, for mirrors that are laid out like it. */
export const TREE_CHECKSUMS = "SHA256SUMS.tree";

/** Directories of the tree that a registry gets: image layouts and npm packages. */
const ELSEWHERE = ["image/**", "chart-image/**", "npm/**"];

/**
 * Writes a release tree as a GitHub release has it: every file in one directory, under its own name, and `SHA256SUMS` by these
 * names. The directory is emptied first. @returns SHA-256 in hex by name @throws Error when two files have the same name
 */
export function writeFlat(
  tree: string,
  directory: string,
  added: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const digests = new Map<string, string>();
  const files = globSync("**/*", { cwd: tree, exclude: ELSEWHERE }).filter((path) =>
    statSync(join(tree, path)).isFile(),
  );
  for (const path of files.toSorted()) {
    const name = path === "SHA256SUMS" ? TREE_CHECKSUMS : basename(path);
    const target = join(directory, name);
    if (existsSync(target)) throw new Error(`two files of the release are called ${name}`);
    copyFileSync(join(tree, path), target);
    // A checksum has no checksum.
    if (!name.endsWith(".sha256")) digests.set(name, sha256(readFileSync(target)));
  }
  for (const [name, content] of added) {
    writeFileSync(join(directory, name), content);
    digests.set(name, sha256(Buffer.from(content)));
  }
  writeFileSync(join(directory, "SHA256SUMS"), checksumList(digests));
  return digests;
}
