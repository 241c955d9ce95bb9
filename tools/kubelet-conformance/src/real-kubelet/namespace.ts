import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bringUpLoopback, CLOUD, METADATA, nameHosts, replaceFile, run } from "@imagecred/workspace";

/** The kernel settings that a kubelet changes when it starts (pkg/kubelet/cm/container_manager_linux.go, setupKernelTunables). */
const SYSCTLS = [
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
];

/**
 * Sets up the namespaces of this process as a node: a network of loopback and the metadata address, the
 * clouds' names in /etc/hosts, and copies of everything that a kubelet changes on its machine.
 */
export function setUpNode({
  cloudHosts,
  metadataHosts,
}: {
  readonly cloudHosts: readonly string[];
  readonly metadataHosts: readonly string[];
}): void {
  bringUpLoopback();
  nameHosts(
    Object.fromEntries([
      ["node-1", CLOUD.address],
      ...cloudHosts.map((name) => [name, CLOUD.address]),
      ...metadataHosts.map((name) => [name, METADATA.address]),
    ]),
  );
  for (const name of SYSCTLS) {
    const path = join("/proc/sys", name);
    replaceFile(path, readFileSync(path, "utf8"));
  }
  // The kubelet also writes below /var/lib, outside the directories that its flags name.
  run("mount", ["-t", "tmpfs", "tmpfs", "/var/lib"]);
}
