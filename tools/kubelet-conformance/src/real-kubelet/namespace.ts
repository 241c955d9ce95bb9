import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the clouds' names lead to, and where the metadata servers answer. */
export const CLOUD = { address: "127.0.0.1", port: 443 } as const;
export const METADATA = { address: "169.254.169.254", port: 80 } as const;

/** What makes a process one of its own network, mounts and processes; everything in it ends with the program. */
export const UNSHARE: readonly string[] = [
  "--net",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
  "--",
];

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
 * Makes the namespaces that this process was started in a node: a network of loopback and the metadata address, the
 * clouds' names in /etc/hosts, and nothing that a kubelet could change of the machine outside.
 * @param directory for the files that stand for others
 */
export function furnishNode(
  directory: string,
  {
    cloudHosts,
    metadataHosts,
  }: { readonly cloudHosts: readonly string[]; readonly metadataHosts: readonly string[] },
): void {
  run("ip", "link", "set", "lo", "up");
  run("ip", "addr", "add", `${METADATA.address}/32`, "dev", "lo");
  const lines = [
    "127.0.0.1 localhost node-1",
    ...cloudHosts.map((name) => `${CLOUD.address} ${name}`),
    ...metadataHosts.map((name) => `${METADATA.address} ${name}`),
  ];
  replace(directory, "/etc/hosts", `${lines.join("\n")}\n`);
  for (const name of SYSCTLS)
    replace(directory, join("/proc/sys", name), readFileSync(join("/proc/sys", name), "utf8"));
  // The kubelet has a few fixed places besides the directory that it is given.
  run("mount", "-t", "tmpfs", "tmpfs", "/var/lib");
}

function replace(directory: string, path: string, content: string): void {
  const stand = join(directory, "instead", path);
  mkdirSync(join(stand, ".."), { recursive: true });
  writeFileSync(stand, content);
  run("mount", "--bind", stand, path);
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ["ignore", "ignore", "inherit"] });
}
