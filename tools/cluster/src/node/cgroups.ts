import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Hierarchy, ownHierarchies } from "@imagecred/workspace";
import { poll } from "../deadline.ts";

/** Makes a group of this name in each hierarchy. @returns their directories */
export function makeGroups(all: readonly Hierarchy[], name: string): string[] {
  return all.map(({ parent, options }) => {
    const directory = join(parent, name);
    mkdirSync(directory);
    if (options.split(",").includes("cpuset")) {
      // A new group of version 1's cpuset has no processors and no memory, and accepts no process.
      for (const file of ["cpuset.cpus", "cpuset.mems"]) {
        writeFileSync(join(directory, file), readFileSync(join(parent, file)));
      }
      writeFileSync(join(directory, "cgroup.clone_children"), "1");
    }
    return directory;
  });
}

/** Directories of the groups whose name has this prefix, in every hierarchy. */
export function findGroups(prefix: string): string[] {
  return ownHierarchies().flatMap(({ parent }) =>
    readdirSync(parent)
      .filter((name) => name.startsWith(prefix))
      .map((name) => join(parent, name)),
  );
}

/** Removes groups with all groups below them. Their processes must be ending. @throws Error if one has not ended in time */
export async function removeGroups(directories: readonly string[]): Promise<void> {
  for (const directory of directories) await removeGroup(directory);
}

async function removeGroup(directory: string): Promise<void> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeGroup(join(directory, entry.name));
  }
  // A killed process stays in its group until the kernel has cleaned it up.
  const processes = () => readFileSync(join(directory, "cgroup.procs"), "utf8");
  await poll({ what: `${directory} is empty`, seconds: 20, details: processes }, () => {
    try {
      rmdirSync(directory);
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EBUSY") return undefined;
      throw error;
    }
  });
}
