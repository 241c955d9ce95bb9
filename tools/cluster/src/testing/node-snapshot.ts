import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { Node } from "../node/node.ts";

/** Files that the kubelet and the container runtime write while they run, and logs. */
const STATE = [
  "/var/lib/kubelet",
  "/var/lib/containerd",
  "/var/lib/cni",
  "/var/log",
  "/run",
  "/tmp",
  "/proc",
  "/sys",
  "/dev",
  "/etc/cni",
];

/** Larger files are programs that are bind-mounted over files of the node; installed files are smaller. */
const LARGE = 16 << 20;

/** Files of a node by path: kind, mode, owner and content of each, as a line. */
export type Snapshot = ReadonlyMap<string, string>;

/** Files of the node that the machine below it lacks, or has in another form; without directories. */
export function snapshot(node: Node): Snapshot {
  const found = new Map<string, string>();
  const visit = (directory: string): void => {
    for (const layer of node.layers) {
      for (const name of namesIn(join(layer, directory))) {
        const path = join(directory, name);
        if (STATE.includes(path) || found.has(path)) continue;
        const now = describe(node.path(path));
        if (now.kind === "directory") visit(path);
        else if (now.text !== describe(join("/", path)).text) found.set(path, now.text);
      }
    }
  };
  visit("/");
  return found;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // not in this layer
  }
}

interface Described {
  readonly kind: "absent" | "directory" | "other";
  readonly text: string;
}

function describe(path: string): Described {
  let status: Stats;
  try {
    status = lstatSync(path);
  } catch {
    return { kind: "absent", text: "absent" };
  }
  if (status.isDirectory()) return { kind: "directory", text: "directory" };
  const owner = `${(status.mode & 0o7777).toString(8)} ${status.uid}:${status.gid}`;
  if (status.isSymbolicLink()) return { kind: "other", text: `${owner} -> ${readlinkSync(path)}` };
  if (!status.isFile()) return { kind: "other", text: `${owner} special` };
  if (status.size > LARGE)
    return { kind: "other", text: `${owner} ${status.size} bytes of ${status.mtimeMs}` };
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
  return { kind: "other", text: `${owner} ${digest}` };
}

/** Paths whose lines differ, with both. */
export function differences(before: Snapshot, after: Snapshot): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map(
      (path) =>
        `${path}: ${before.get(path) ?? "as on the machine"}, then ${after.get(path) ?? "as on the machine"}`,
    );
}
