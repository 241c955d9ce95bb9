import type { Files } from "../files/files.ts";
import {
  controlGroups,
  effectiveCapabilities,
  type Namespaces,
  namespacesOf,
  type Seen,
  userIds,
} from "../process/process.ts";

/** Whether a process may decide what root runs on this machine. */
export type Belief =
  | { readonly state: "believed"; readonly mounts: "shared" | "own" }
  | { readonly state: "disbelieved"; readonly because: string }
  | { readonly state: "hidden"; readonly reason: string }
  | { readonly state: "gone" };

/** capabilities(7): with both, in the machine's own user and pid namespaces, a process can become root of the machine. */
const CAP_SYS_PTRACE = 1n << 19n;
const CAP_SYS_ADMIN = 1n << 21n;
/** Every container of a pod is below this group, whatever its pod may do otherwise (kubelet, cgroup manager). */
const POD_GROUP = /(?:^|[/-])kubepods(?:[./-]|$)/;

/**
 * Believed is a process whose real, effective and saved user is root and that is in the pid, mount and user namespaces of
 * process 1. One with mounts of its own (a kubelet in a container or behind `unshare`, as RKE1, Talos and OpenShift start
 * theirs) is believed when it has shown that it could be root of the machine anyway: the machine's pid and user namespaces,
 * the capabilities to enter process 1's, and no pod around it. A container's process is never believed by its name.
 */
export function beliefIn(files: Files, pid: number): Belief {
  const users = userIds(files, pid);
  if (users.state !== "seen") return unseen(users, "whose it is");
  const { real, effective, saved } = users.value;
  if (real !== 0 || effective !== 0 || saved !== 0) {
    const others = [...new Set([real, effective, saved])].filter((id) => id !== 0);
    return { state: "disbelieved", because: `it runs as user ${others.join(", ")}, not as root` };
  }
  const machine = namespacesOf(files, 1);
  if (machine.state !== "seen") return unseen(machine, "the namespaces of process 1");
  const own = namespacesOf(files, pid);
  if (own.state !== "seen") return unseen(own, "its namespaces");
  return byNamespaces(files, pid, own.value, machine.value);
}

function byNamespaces(files: Files, pid: number, own: Namespaces, machine: Namespaces): Belief {
  if (own.user !== machine.user) {
    return { state: "disbelieved", because: "it is root in a user namespace of its own only" };
  }
  if (own.pid !== machine.pid) {
    return { state: "disbelieved", because: "it runs in a container (a pid namespace of its own)" };
  }
  if (own.mnt === machine.mnt) return { state: "believed", mounts: "shared" };
  const groups = controlGroups(files, pid);
  if (groups.state !== "seen") return unseen(groups, "its control groups");
  if (groups.value.some((path) => POD_GROUP.test(path))) {
    return { state: "disbelieved", because: "it runs in a pod" };
  }
  const capabilities = effectiveCapabilities(files, pid);
  if (capabilities.state !== "seen") return unseen(capabilities, "its capabilities");
  const needed = CAP_SYS_ADMIN | CAP_SYS_PTRACE;
  if ((capabilities.value & needed) !== needed) {
    return { state: "disbelieved", because: "it runs in a container without the rights of a kubelet" };
  }
  return { state: "believed", mounts: "own" };
}

function unseen(seen: Exclude<Seen<unknown>, { state: "seen" }>, what: string): Belief {
  if (seen.state === "gone") return { state: "gone" };
  return { state: "hidden", reason: `${what} cannot be seen: ${seen.reason}` };
}
