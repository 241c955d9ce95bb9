import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Hierarchy, ownHierarchies } from "@imagecred/workspace";

/** The limits of a control group; without a value there is no limit. */
export interface GroupLimits {
  /** Memory with the page cache that the processes fill, in bytes. */
  readonly memoryBytes?: number;
  /** Share of one processor: 0.1 is 10 ms of every 100 ms. */
  readonly cpus?: number;
}

/** Microseconds in which a processor's share is given out: the kernel's default, and Kubernetes'. */
const PERIOD_US = 100_000;

/**
 * Makes control groups with these limits, one in each hierarchy that is needed (cgroups(7), versions 1 and 2).
 * @returns their directories, for the launcher's `--group` @throws Error if the machine has no such hierarchy, or with the system's error when it is not ours to change
 */
export function makeLimitedGroups({ memoryBytes, cpus }: GroupLimits, name: string): readonly string[] {
  const all = ownHierarchies();
  const directories = new Set<string>();
  const limit = (controller: string, one: readonly Setting[], two: readonly Setting[]) => {
    const first = all.find(
      ({ type, options }) => type === "cgroup" && options.split(",").includes(controller),
    );
    const hierarchy = first ?? all.find(({ type }) => type === "cgroup2");
    if (hierarchy === undefined) throw new Error(`no control groups with the controller ${controller}`);
    const directory = groupIn(hierarchy, name);
    directories.add(directory);
    for (const [file, value] of first === undefined ? two : one) {
      const path = join(directory, file);
      if (!existsSync(path))
        throw new Error(`no control groups with the controller ${controller}: no ${path}`);
      writeFileSync(path, value);
    }
  };
  if (memoryBytes !== undefined)
    limit("memory", [["memory.limit_in_bytes", `${memoryBytes}`]], [["memory.max", `${memoryBytes}`]]);
  if (cpus !== undefined) {
    const quota = `${Math.round(cpus * PERIOD_US)}`;
    const one = [
      ["cpu.cfs_period_us", `${PERIOD_US}`],
      ["cpu.cfs_quota_us", quota],
    ] as const;
    limit("cpu", one, [["cpu.max", `${quota} ${PERIOD_US}`]]);
  }
  return [...directories];
}

type Setting = readonly [file: string, value: string];

function groupIn({ parent }: Hierarchy, name: string): string {
  const directory = join(parent, name);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Removes empty groups. @throws the system's error, EBUSY for a group that still has a process */
export function removeGroups(directories: readonly string[]): void {
  for (const directory of directories) rmdirSync(directory);
}
