import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { tail } from "../control-plane/component.ts";
import { type Booted, boot, type NodeOptions } from "./boot.ts";
import { PATHS } from "./files.ts";

/** Output of a command that ran on a node. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Kubernetes node: systemd, containerd and a kubelet in their own namespaces. */
export class Node implements AsyncDisposable {
  readonly name: string;
  readonly address: string;
  /** Pid of its systemd, as this process sees it. */
  readonly pid: number;
  readonly #booted: Booted;

  private constructor(booted: Booted) {
    this.name = booted.name;
    this.address = booted.address;
    this.pid = booted.pid;
    this.#booted = booted;
  }

  /** Boots a node. Returns when its systemd runs; the API server knows when the node is Ready. */
  static async start(options: NodeOptions): Promise<Node> {
    return new Node(await boot(options));
  }

  /** Path, as this process sees it, of a file on the node. */
  path(path: string): string {
    return join(`/proc/${this.pid}/root`, path);
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }

  /** Writes a file in place, as an operator on the node would. */
  write(path: string, content: string): void {
    writeFileSync(this.path(path), content);
  }

  /** Runs a command on the node, as root. */
  async run(program: string, ...args: readonly string[]): Promise<CommandResult> {
    const command = ["--target", String(this.pid), "--all", "--", program, ...args];
    const options = { env: ENVIRONMENT, maxBuffer: 1 << 26 };
    try {
      return { exitCode: 0, ...(await promisify(execFile)("nsenter", command, options)) };
    } catch (error) {
      const {
        code,
        stdout = "",
        stderr = "",
      } = error as { code?: unknown; stdout?: string; stderr?: string };
      if (typeof code !== "number") throw error;
      return { exitCode: code, stdout, stderr };
    }
  }

  /** Like {@link run}. @throws Error with its output when it fails @returns stdout */
  async must(program: string, ...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(program, ...args);
    if (exitCode !== 0) {
      throw new Error(`${program} ${args.join(" ")}: exit code ${exitCode}\n${stdout}${stderr}`);
    }
    return stdout;
  }

  /** Log files of its components, as this process sees them. */
  get logs(): Readonly<Record<string, string>> {
    return { containerd: this.path(PATHS.containerdLog), kubelet: this.path(PATHS.kubeletLog) };
  }

  /** Directories with the node's own files above the machine's: the initial ones, and those that it wrote. */
  get layers(): readonly string[] {
    return this.#booted.layers;
  }

  /** The ends of its logs, for the message of a timeout. */
  tails(): string {
    const paths = [this.#booted.consoleLog, ...Object.values(this.logs)];
    return paths.map((path) => `──── ${path}\n${tail(path)}`).join("\n");
  }

  /** Ends it and everything in it, without leaving a mount, an interface or a control group. */
  async stop(): Promise<void> {
    await this.#booted.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
};
