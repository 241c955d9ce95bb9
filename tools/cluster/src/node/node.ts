import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { tail } from "../control-plane/component.ts";
import { poll } from "../deadline.ts";
import type { Programs } from "../programs/index.ts";
import { worldDirectory } from "../world/enter.ts";
import { connectNode, disconnectNode, nodeNetwork, run } from "../world/network.ts";
import { type Hierarchy, makeGroups, ownHierarchies, removeGroups } from "./cgroups.ts";
import { type NodeFilesOptions, nodeFiles, PATHS, writeFiles } from "./files.ts";

export interface NodeOptions
  extends Pick<NodeFilesOptions, "nameServer" | "cloudAuthority" | "clusterAuthority" | "kubeconfig"> {
  readonly name: string;
  /** From 1; decides the addresses. */
  readonly index: number;
  /** A directory of its own. */
  readonly directory: string;
  readonly programs: Programs;
  /** More files of the node, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Executable files of the node, by path: copied from the paths given. */
  readonly executables?: Readonly<Record<string, string>>;
}

/** What a command on a node printed. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Kubernetes node: systemd, containerd and a kubelet in namespaces of their own. */
export class Node implements AsyncDisposable {
  readonly name: string;
  readonly address: string;
  readonly #child: ChildProcess;
  /** Pid of its systemd, as this process sees it. */
  readonly pid: number;
  readonly #consoleLog: string;
  readonly #groups: readonly string[];
  readonly #layers: string;
  readonly #ended: Promise<unknown>;

  private constructor(parts: {
    name: string;
    address: string;
    child: ChildProcess;
    pid: number;
    consoleLog: string;
    groups: readonly string[];
    layers: string;
  }) {
    this.name = parts.name;
    this.address = parts.address;
    this.#child = parts.child;
    this.pid = parts.pid;
    this.#consoleLog = parts.consoleLog;
    this.#groups = parts.groups;
    this.#layers = parts.layers;
    this.#ended = once(parts.child, "close");
  }

  /** Boots a node. It runs when systemd has started its units; the API server knows when it is Ready. */
  static async start(options: NodeOptions): Promise<Node> {
    const { name, index, directory, programs } = options;
    const { address, podSubnet } = nodeNetwork(index);
    // An overlay's layers cannot lie in one another, so the node's files are not in the file system of the machine's root.
    const layers = join(directory, "layers");
    mkdirSync(layers);
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", layers);
    const files = join(layers, "files");
    const binds = programBinds(programs);
    writeFiles(files, Object.fromEntries(binds.map(([, path]) => [path, ""])), 0o755);
    writeFiles(files, { ...nodeFiles({ ...options, address, podSubnet }), ...options.files });
    for (const [path, source] of Object.entries(options.executables ?? {})) {
      writeFiles(files, { [path]: readFileSync(source) }, 0o755);
    }
    mkdirSync(join(files, "etc/kubernetes/manifests"), { recursive: true });

    connectNode(name, index);
    const all = ownHierarchies();
    // They have the world's name, so that those of a world that was killed can be found and removed.
    const groups = makeGroups(all, `${basename(worldDirectory())}.${name}`);
    const consoleLog = join(directory, "console.log");
    const output = openSync(consoleLog, "a");
    const child = spawn("nsenter", nsenterArgs(name, groups), {
      stdio: ["ignore", output, output],
      env: {
        PATH: process.env["PATH"],
        NODE_NAME: name,
        NODE_DIR: layers,
        NODE_BINDS: binds.map((bind) => bind.join(" ")).join("\n"),
        NODE_CGROUPS: cgroupLines(all),
      },
    });
    closeSync(output);
    const ended = once(child, "close").then(([code]) => {
      throw new Error(`the node ended while it booted: exit code ${code}\n${tail(consoleLog)}`);
    });
    const giveUp = { what: `${name} has booted`, seconds: 30, details: () => tail(consoleLog) };
    const pid = await Promise.race([ended, poll(giveUp, () => initOf(child.pid))]);
    ended.catch(() => {});
    return new Node({ name, address, child, pid, consoleLog, groups, layers });
  }

  /** Path, as this process sees it, of a file on the node. */
  path(path: string): string {
    return join(`/proc/${this.pid}/root`, path);
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }

  /** Writes a file as a person on the node would: in place, readable by all. */
  write(path: string, content: string): void {
    writeFileSync(this.path(path), content);
  }

  /** Runs a command on the node, as root. */
  async run(program: string, ...args: readonly string[]): Promise<CommandResult> {
    const command = ["--target", String(this.pid), "--all", "--", program, ...args];
    try {
      const { stdout, stderr } = await promisify(execFile)("nsenter", command, {
        env: NODE_ENVIRONMENT,
        maxBuffer: 1 << 26,
      });
      return { exitCode: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
      if (typeof code !== "number") throw error;
      return { exitCode: code, stdout: stdout ?? "", stderr: stderr ?? "" };
    }
  }

  /** Like {@link run}. @throws Error with its output when it fails @returns stdout */
  async must(program: string, ...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(program, ...args);
    if (exitCode !== 0)
      throw new Error(`${program} ${args.join(" ")}: exit code ${exitCode}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Log files of its components, as this process sees them. */
  get logs(): Readonly<Record<string, string>> {
    return {
      containerd: this.path(PATHS.containerdLog),
      kubelet: this.path(PATHS.kubeletLog),
    };
  }

  /** The ends of its logs, for the message of something that did not come. */
  tails(): string {
    return [this.#consoleLog, ...Object.values(this.logs)]
      .map((path) => `──── ${path}\n${tail(path)}`)
      .join("\n");
  }

  /** Ends it and everything in it, without leaving a mount, an interface or a control group. */
  async stop(): Promise<void> {
    // SIGKILL to the first process of a pid namespace ends all others (pid_namespaces(7)).
    process.kill(this.pid, "SIGKILL");
    await this.#ended;
    disconnectNode(this.name);
    removeGroups(this.#groups);
    run("umount", this.#layers);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const NODE_ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
};

/** Enters the node's network and its control groups, then makes its other namespaces. */
function nsenterArgs(name: string, groups: readonly string[]): string[] {
  const init = join(import.meta.dirname, "init.sh");
  const enterGroups =
    'for group; do [ "$group" = -- ] && break; echo $$ > "$group/cgroup.procs"; shift; done; shift; exec "$@"';
  const unshare = [
    "unshare",
    "--pid",
    "--mount",
    "--uts",
    "--ipc",
    "--cgroup",
    "--fork",
    "--kill-child",
    "--",
    "sh",
    init,
  ];
  return [`--net=/run/netns/${name}`, "sh", "-c", enterGroups, "sh", ...groups, "--", ...unshare];
}

function cgroupLines(all: readonly Hierarchy[]): string {
  return all.map(({ type, options, name }) => `${type} ${options} ${name}`).join("\n");
}

/** Pid of systemd: the only child of `unshare`, which `nsenter` has become, once it has replaced the script. */
function initOf(parent: number | undefined): number | undefined {
  try {
    const [pid] = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ");
    const comm = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    return comm === "systemd" ? Number(pid) : undefined;
  } catch {
    return undefined; // a process that is not there yet, or no longer
  }
}

function programBinds(programs: Programs): [file: string, path: string][] {
  return [
    [programs.kubernetes, PATHS.kubelet],
    [programs.kubernetes, PATHS.kubectl],
    [programs.containerd, PATHS.containerd],
    [programs["containerd-shim-runc-v2"], PATHS.shim],
    [programs.ctr, PATHS.ctr],
    [programs.runc, PATHS.runc],
    [programs.bridge, `${PATHS.cni}/bridge`],
    [programs.loopback, `${PATHS.cni}/loopback`],
    [programs["host-local"], `${PATHS.cni}/host-local`],
  ];
}
