import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * Everything below a directory, by path: kind, mode, owner and content. Equal results mean identical trees. Links are not
 * followed.
 */
export function treeOf(
  directory: string,
  leaveOut: readonly string[] = [],
): Readonly<Record<string, string>> {
  const tree: Record<string, string> = {};
  const walk = (at: string): void => {
    for (const entry of readdirSync(join(directory, at)).sort()) {
      const name = join(at, entry);
      if (leaveOut.includes(name)) continue;
      const path = join(directory, name);
      const stats = lstatSync(path);
      const rights = `${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}`;
      if (stats.isSymbolicLink()) tree[name] = `link ${readlinkSync(path)}`;
      else if (stats.isDirectory()) tree[name] = `directory ${rights}`;
      else tree[name] = `file ${rights} ${readFileSync(path, "base64")}`;
      if (stats.isDirectory()) walk(name);
    }
  };
  walk("");
  return tree;
}
