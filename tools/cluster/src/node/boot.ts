import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ownHierarchies, run } from "@imagecred/workspace";
import { tail } from "../control-plane/component.ts";
import { poll } from "../deadline.ts";
import type { Programs } from "../programs/index.ts";
import { childrenOf, worldDirectory } from "../world/enter.ts";
import { connectNode, disconnectNode, nodeNetwork } from "../world/network.ts";
import { makeGroups, removeGroups } from "./cgroups.ts";
import { type NodeFilesOptions, nodeFiles, PATHS, writeFiles } from "./files.ts";

export interface NodeOptions
  extends Pick<
    NodeFilesOptions,
    "kind" | "nameServer" | "cloudAuthority" | "clusterAuthority" | "kubeconfig"
  > {
  readonly name: string;
  /** From 1; decides the addresses. */
  readonly index: number;
  /** Its own directory. */
  readonly directory: string;
  readonly programs: Programs;
  /** Path of a kubelet to run instead of the newest release's. */
  readonly kubelet?: string;
  /** More files of the node, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Executable files of the node, by path: copied from the paths given. */
  readonly executables?: Readonly<Record<string, string>>;
}

/** A node's namespaces with systemd in them. */
export interface Booted {
  readonly name: string;
  readonly address: string;
  /** Pid of its systemd, as this process sees it. */
  readonly pid: number;
  /** Output of systemd and of the script that starts it. */
  readonly consoleLog: string;
  /** Directories with the node's own files: the initial ones, and those that it wrote. */
  readonly layers: readonly string[];
  /** Ends every process in it and removes everything that was created for it. */
  end(): Promise<void>;
}

/** Makes a node's file system, network and control groups, and starts systemd in them. */
export async function boot(options: NodeOptions): Promise<Booted> {
  const { name, index, directory, programs, kind, kubelet } = options;
  const { address, podSubnet } = nodeNetwork(index);
  // An overlay's layers cannot be nested, so the node's files are not in the file system of the machine's root.
  const layers = join(directory, "layers");
  mkdirSync(layers);
  run("mount", ["-t", "tmpfs", "-o", "mode=755", "tmpfs", layers]);
  const binds = programBinds(programs, kind, kubelet);
  const files = join(layers, "files");
  writeFiles(files, Object.fromEntries(binds.map(([, path]) => [path, ""])), 0o755);
  writeFiles(files, { ...nodeFiles({ ...options, address, podSubnet }), ...options.files });
  // runc runs a copy of itself from an overlay of its directory (its libcontainer/exeseal), which has no bind mounts.
  const copied = { [PATHS.runc]: programs.runc, ...options.executables };
  for (const [path, source] of Object.entries(copied)) {
    writeFiles(files, { [path]: readFileSync(source) }, 0o755);
  }
  mkdirSync(join(files, "etc/kubernetes/manifests"), { recursive: true });

  connectNode(name, index);
  const hierarchies = ownHierarchies();
  // Their names contain the world's, so that those of a killed world can be found and removed.
  const groups = makeGroups(hierarchies, `${basename(worldDirectory())}.${name}`);
  const consoleLog = join(directory, "console.log");
  const output = openSync(consoleLog, "a");
  const child = spawn("nsenter", enterArgs(name, groups), {
    stdio: ["ignore", output, output],
    env: {
      PATH: process.env["PATH"],
      NODE_NAME: name,
      NODE_DIR: layers,
      NODE_BINDS: lines(binds),
      NODE_CGROUPS: lines(hierarchies.map(({ type, options, name }) => [type, options, name])),
    },
  });
  closeSync(output);
  const closed = once(child, "close");
  return {
    name,
    address,
    pid: await initOf(child, closed, { name, consoleLog }),
    consoleLog,
    layers: [files, join(layers, "upper")],
    async end() {
      // SIGKILL to the only child of `unshare`, the first process of a pid namespace, ends all others (pid_namespaces(7)).
      for (const init of childrenOf(child.pid)) process.kill(init, "SIGKILL");
      await closed;
      disconnectNode(name);
      await removeGroups(groups);
      run("umount", [layers]);
    },
  };
}

/** Enters the node's network and its control groups, then makes its other namespaces. */
function enterArgs(name: string, groups: readonly string[]): string[] {
  const enterGroups =
    'for group; do [ "$group" = -- ] && break; echo $$ > "$group/cgroup.procs"; shift; done; shift; exec "$@"';
  const namespaces = ["--pid", "--mount", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child"];
  const init = ["unshare", ...namespaces, "--", "sh", join(import.meta.dirname, "init.sh")];
  return [`--net=/run/netns/${name}`, "sh", "-c", enterGroups, "sh", ...groups, "--", ...init];
}

/** Pid of systemd: the only child of `unshare`, which `nsenter` has become, once systemctl can reach it. */
async function initOf(
  child: ChildProcess,
  closed: Promise<unknown[]>,
  { name, consoleLog }: { readonly name: string; readonly consoleLog: string },
): Promise<number> {
  const died = closed.then(([code]) => {
    throw new Error(`${name} ended while it booted: exit code ${code}\n${tail(consoleLog)}`);
  });
  const giveUp = { what: `${name} has booted`, seconds: 30, details: () => tail(consoleLog) };
  const running = poll(giveUp, () =>
    childrenOf(child.pid).find((pid) => existsSync(`/proc/${pid}/root/run/systemd/private`)),
  );
  died.catch(() => {}); // a node that ends later did boot
  return await Promise.race([died, running]);
}

function lines(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.join(" ")).join("\n");
}

function programBinds(
  programs: Programs,
  kind: NodeOptions["kind"],
  kubelet = programs.kubernetes,
): [file: string, path: string][] {
  return [
    [kubelet, kind === "k3s" ? PATHS.k3s : PATHS.kubelet],
    [programs.kubernetes, PATHS.kubectl],
    [programs.containerd, PATHS.containerd],
    [programs["containerd-shim-runc-v2"], PATHS.shim],
    [programs.ctr, PATHS.ctr],
    [programs.bridge, `${PATHS.cni}/bridge`],
    [programs.loopback, `${PATHS.cni}/loopback`],
    [programs["host-local"], `${PATHS.cni}/host-local`],
  ];
}
