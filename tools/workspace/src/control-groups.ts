import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One mounted cgroup hierarchy of the machine, and the directory below which a node's group can be created. */
export interface Hierarchy {
  /** Of its file system: version 1 or 2. */
  readonly type: "cgroup" | "cgroup2";
  /** Mount options: those that name a version 1 hierarchy (`cpu`, `none,name=systemd`), else `rw`. */
  readonly options: string;
  /** Directory below /sys/fs/cgroup; `.` for itself. */
  readonly name: string;
  /** Directory in which a group for the node is made. */
  readonly parent: string;
}

/**
 * All hierarchies of a machine, from /proc/self/mountinfo and /proc/self/cgroup (proc(5), cgroups(7)). If one were left
 * out, a systemd in new namespaces would create directories in the machine's own hierarchy.
 */
export function hierarchies(mountinfo: string, ownGroups: string): Hierarchy[] {
  const mounts = mountinfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const mountPoint = before.split(" ")[4];
    const [type, , options = ""] = after.split(" ");
    return mountPoint !== undefined && type?.startsWith("cgroup") ? [{ mountPoint, type, options }] : [];
  });
  const groups = ownGroups.split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    return controllers !== undefined && path !== undefined ? [{ controllers, path }] : [];
  });
  const versionTwo = mounts.find(({ type }) => type === "cgroup2");
  const alone = groups.length === 1;
  return groups.flatMap(({ controllers, path }): Hierarchy[] => {
    if (controllers === "") {
      if (versionTwo === undefined) return [];
      const { mountPoint } = versionTwo;
      const rw = { type: "cgroup2", options: "rw" } as const;
      // With controllers, no group but the root can have both processes and children.
      if (alone) return [{ ...rw, name: ".", parent: mountPoint }];
      return [{ ...rw, name: nameOf(mountPoint), parent: join(mountPoint, path) }];
    }
    const mount = mounts.find(
      ({ type, options }) => type === "cgroup" && sameSet(controllers, controllersOf(options)),
    );
    if (mount === undefined) return [];
    const named = controllers.startsWith("name=");
    return [
      {
        type: "cgroup",
        options: named ? `none,${controllers}` : controllers,
        name: nameOf(mount.mountPoint),
        // Below this process's own group, whose limits apply to the node too.
        parent: join(mount.mountPoint, path),
      },
    ];
  });
}

function nameOf(mountPoint: string): string {
  return mountPoint.split("/").at(-1) ?? mountPoint;
}

/** {@link hierarchies} of this process. */
export function ownHierarchies(): Hierarchy[] {
  return hierarchies(readFileSync("/proc/self/mountinfo", "utf8"), readFileSync("/proc/self/cgroup", "utf8"));
}

const GENERIC_OPTIONS = new Set(["rw", "ro", "xattr", "noprefix", "clone_children"]);

function controllersOf(options: string): string {
  return options
    .split(",")
    .filter((option) => !GENERIC_OPTIONS.has(option) && !option.startsWith("release_agent="))
    .join(",");
}

function sameSet(a: string, b: string): boolean {
  return a.split(",").toSorted().join() === b.split(",").toSorted().join();
}
