import type { Files } from "../files/files.ts";
import {
  controlGroups,
  effectiveCapabilities,
  type Namespaces,
  namespacesOf,
  type Seen,
  userIds,
} from "../process/process.ts";

/** Whether a process is accepted as a program that root of this machine runs. */
export type ProcessCheck =
  | { readonly state: "accepted"; readonly mounts: "shared" | "own" }
  | { readonly state: "rejected"; readonly because: string }
  | { readonly state: "hidden"; readonly reason: string }
  | { readonly state: "gone" };

/** With both capabilities (capabilities(7)) in the machine's user and pid namespaces, a process can become the machine's root. */
const CAP_SYS_PTRACE = 1n << 19n;
const CAP_SYS_ADMIN = 1n << 21n;
/** The control group above every container of a pod, privileged or not (kubelet, cgroup manager). */
const POD_GROUP = /(?:^|[/-])kubepods(?:[./-]|$)/;

/**
 * Accepts a process whose real, effective and saved user is root and that is in the pid, mount and user namespaces of process
 * 1. Accepts one with its own mounts (a kubelet in a container or started with `unshare`, as by RKE1, Talos and OpenShift) if
 * it could become the machine's root anyway. For that it must be in the machine's pid and user namespaces, have the capabilities to enter
 * those of process 1, and not be in a pod. Never accepts a container's process because of its name.
 */
export function checkProcess(files: Files, pid: number): ProcessCheck {
  const users = userIds(files, pid);
  if (users.state !== "seen") return unseen(users, "its user");
  const { real, effective, saved } = users.value;
  if (real !== 0 || effective !== 0 || saved !== 0) {
    const others = [...new Set([real, effective, saved])].filter((id) => id !== 0);
    return { state: "rejected", because: `it runs as user ${others.join(", ")}, not as root` };
  }
  const machine = namespacesOf(files, 1);
  if (machine.state !== "seen") return unseen(machine, "the namespaces of process 1");
  const own = namespacesOf(files, pid);
  if (own.state !== "seen") return unseen(own, "its namespaces");
  return byNamespaces(files, pid, own.value, machine.value);
}

function byNamespaces(files: Files, pid: number, own: Namespaces, machine: Namespaces): ProcessCheck {
  if (own.user !== machine.user) {
    return { state: "rejected", because: "it is root only in its own user namespace" };
  }
  if (own.pid !== machine.pid) {
    return { state: "rejected", because: "it runs in a container (it has its own pid namespace)" };
  }
  if (own.mnt === machine.mnt) return { state: "accepted", mounts: "shared" };
  const groups = controlGroups(files, pid);
  if (groups.state !== "seen") return unseen(groups, "its control groups");
  if (groups.value.some((path) => POD_GROUP.test(path))) {
    return { state: "rejected", because: "it runs in a pod" };
  }
  const capabilities = effectiveCapabilities(files, pid);
  if (capabilities.state !== "seen") return unseen(capabilities, "its capabilities");
  const needed = CAP_SYS_ADMIN | CAP_SYS_PTRACE;
  if ((capabilities.value & needed) !== needed) {
    return { state: "rejected", because: "it runs in a container without a kubelet's capabilities" };
  }
  return { state: "accepted", mounts: "own" };
}

function unseen(seen: Exclude<Seen<unknown>, { state: "seen" }>, what: string): ProcessCheck {
  if (seen.state === "gone") return { state: "gone" };
  return { state: "hidden", reason: `${what} cannot be read: ${seen.reason}` };
}
