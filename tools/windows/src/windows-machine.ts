import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { insideNamespace, run } from "@imagecred/workspace";
import type { Wine } from "./wine.ts";

const WINESERVER = "/usr/lib/x86_64-linux-gnu/wine/wineserver";
const START_LIMIT_MS = 30_000;

/** Wine's own variables, and nothing of this process's environment. */
const ENVIRONMENT = {
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  WINEPREFIX: "/prefix",
  WINEDEBUG: "-all",
  WINEDLLOVERRIDES: "winemenubuilder.exe,mscoree,mshtml=",
};

/**
 * A Windows machine in wine, in a copy of wine's chroot whose changes are discarded. Only inside a network and process
 * namespace: wine's programs open their sockets in wineserver, and a program without one starts it in its own namespace.
 */
export class WindowsMachine implements AsyncDisposable {
  readonly #root: string;
  readonly #server: ChildProcess;

  private constructor(root: string, server: ChildProcess) {
    this.#root = root;
    this.#server = server;
  }

  /** @param shared directories of this machine that Windows programs see, as {@link windowsPath} names them */
  static async start({ root, drive }: Wine, shared: readonly string[]): Promise<WindowsMachine> {
    assert.ok(insideNamespace(), "wine must run in a network namespace of the test");
    const layer = mkdtempSync(join(tmpdir(), "imagecred-windows-"));
    run("mount", ["-t", "tmpfs", "tmpfs", layer]);
    const copy = join(layer, "root");
    for (const name of ["upper", "work", "root"]) mkdirSync(join(layer, name));
    const overlay = `lowerdir=${drive}:${root},upperdir=${join(layer, "upper")},workdir=${join(layer, "work")}`;
    run("mount", ["-t", "overlay", "overlay", "-o", overlay, copy]);
    run("mount", ["-t", "proc", "proc", join(copy, "proc")]);
    run("mount", ["--rbind", "/dev", join(copy, "dev")]);
    run("mount", ["-t", "tmpfs", "tmpfs", join(copy, "tmp")]);
    copyFileSync("/etc/hosts", join(copy, "etc/hosts"));
    for (const path of shared) {
      mkdirSync(join(copy, path), { recursive: true });
      run("mount", ["--bind", path, join(copy, path)]);
    }
    // In the foreground, as this process's own child, until it is ended.
    const server = spawn("chroot", [copy, WINESERVER, "--foreground", "--persistent"], {
      env: ENVIRONMENT,
      stdio: "ignore",
    });
    const machine = new WindowsMachine(copy, server);
    await machine.#waitForSocket();
    // Windows' own services start with the first program and live as long as wineserver, so they must not inherit our pipes.
    const [program, ...args] = machine.command("C:\\windows\\system32\\cmd.exe", "/c", "exit");
    const first = spawn(program, args, {
      env: machine.environment(),
      stdio: "ignore",
      timeout: START_LIMIT_MS,
    });
    const [code] = await once(first, "exit");
    assert.equal(code, 0, "wine does not run cmd.exe");
    machine.assertEnclosed();
    return machine;
  }

  /** The command that starts a Windows program with wine. @param program its path on this machine, or a Windows path */
  command(program: string, ...args: readonly string[]): [string, ...string[]] {
    const path = program.startsWith("/") ? windowsPath(program) : program;
    return ["chroot", this.#root, "/usr/bin/wine", path, ...args];
  }

  /** The environment for {@link command}. Windows programs see what is added; wine replaces PATH, HOME, TEMP and TMP. */
  environment(added: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { ...ENVIRONMENT, ...added };
  }

  /** Asserts that exactly one wineserver runs, the one that this machine started, in the network namespace of this process. */
  assertEnclosed(): void {
    const servers = processes().filter(({ executable }) => executable.endsWith("/wineserver"));
    assert.deepEqual(
      servers.map(({ pid }) => pid),
      [this.#server.pid],
    );
    for (const { pid } of processes().filter(({ executable }) => executable.includes("wine"))) {
      assert.equal(networkOf(pid), networkOf("self"), `process ${pid} is in another network namespace`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.exitCode !== null) return;
    const ended = once(this.#server, "exit");
    this.#server.kill("SIGTERM");
    await ended;
  }

  /** wineserver listens once its socket exists, in a directory of its own in /tmp (server/request.c, open_master_socket). */
  async #waitForSocket(): Promise<void> {
    const limit = Date.now() + START_LIMIT_MS;
    while (globSync("tmp/*/server-*/socket", { cwd: this.#root }).length === 0) {
      if (this.#server.exitCode !== null) throw new Error(`wineserver ended (${this.#server.exitCode})`);
      if (Date.now() > limit) throw new Error("wineserver does not listen");
      await delay(20);
    }
  }
}

/** The network namespace of a process, as `net:[4026532249]`. */
export function networkOf(pid: number | "self"): string {
  return readlinkSync(`/proc/${pid}/ns/net`);
}

/** Every process of this process namespace, whose own /proc is mounted. */
function processes(): readonly { readonly pid: number; readonly executable: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [executable = ""] = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
        return [
          { pid: Number(name), executable: `${executable} ${readlinkSync(`/proc/${name}/exe`)}`.trim() },
        ];
      } catch {
        // It has ended, or is a zombie.
        return [];
      }
    });
}

/** A path of wine's chroot as Windows programs name it: wine's drive Z: is `/`. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}

/** The text with every path below a directory as {@link windowsPath} has it. */
export function withWindowsPaths(text: string, directory: string): string {
  return text.replaceAll(/(?:\/[\w.@-]+)+/g, (path) =>
    path === directory || path.startsWith(`${directory}/`) ? windowsPath(path) : path,
  );
}
