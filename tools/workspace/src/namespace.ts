/**
 * Linux namespaces in which a program finds a Kubernetes node's network: the clouds' real names, port 443 and the metadata
 * server's real address, all on loopback, where fake clouds listen. No packet leaves the machine.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./programs.ts";

/** The address on which the clouds' APIs listen inside. */
export const CLOUD = { address: "127.0.0.1", port: 443 } as const;
/** Where the metadata server listens inside, as on a node of any of the three clouds. */
export const METADATA = { address: "169.254.169.254", port: 80 } as const;

/** Set for the program that runs inside. */
const INSIDE = "IMAGECRED_INSIDE_NAMESPACE";

/** Whether this process runs inside: what {@link runInNamespace} started. */
export function insideNamespace(): boolean {
  return process.env[INSIDE] === "yes";
}

export interface NamespaceOptions {
  /** `captured` (the default) returns the output, `visible` lets it through to our own. */
  readonly output?: "captured" | "visible";
  /** A process namespace, too: when the program ends, everything that it started ends. */
  readonly processes?: boolean;
  /** Milliseconds after which the program is killed. Default: no limit. */
  readonly timeoutMs?: number;
}

/**
 * Runs Node.js with these arguments in a network and mount namespace of its own. Needs `unshare`, and root or user namespaces.
 * @returns the exit code and the captured output @throws when `unshare` cannot be started
 */
export function runInNamespace(
  args: readonly string[],
  { output = "captured", processes = false, timeoutMs }: NamespaceOptions = {},
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const flags = [
    "--net",
    "--mount",
    ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]),
    ...(processes ? ["--pid", "--fork", "--kill-child", "--mount-proc"] : []),
    "--",
  ];
  // With NODE_TEST_CONTEXT, a test file inside would write the outer test runner's protocol instead of text.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const stream = output === "visible" ? "inherit" : "pipe";
  return new Promise((resolve, reject) => {
    const child = spawn("unshare", [...flags, process.execPath, ...process.execArgv, ...args], {
      env: { ...env, [INSIDE]: "yes" },
      stdio: ["ignore", stream, stream],
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: "SIGKILL" as const }),
    });
    let captured = "";
    for (const pipe of [child.stdout, child.stderr]) {
      pipe?.setEncoding("utf8").on("data", (chunk: string) => {
        captured += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, output: captured }));
  });
}

/** Brings up loopback with these addresses in addition to 127.0.0.1. Once per namespace. */
export function bringUpLoopback(addresses: readonly string[] = [METADATA.address]): void {
  run("ip", ["link", "set", "lo", "up"]);
  for (const address of addresses)
    run("ip", ["addr", "add", `${address}/${address.includes(":") ? 128 : 32}`, "dev", "lo"]);
}

/** Adds host names, with their addresses, to /etc/hosts as this mount namespace sees it. */
export function nameHosts(names: Readonly<Record<string, string>>): void {
  const lines = Object.entries(names).map(([name, address]) => `${address} ${name}`);
  replaceFile("/etc/hosts", `${readFileSync("/etc/hosts", "utf8").trimEnd()}\n${lines.join("\n")}\n`);
}

/** Files of this mount namespace that are ours already. */
const replaced = new Set<string>();

/** Gives a file another content in this mount namespace, and leaves the machine's own file alone. */
export function replaceFile(path: string, content: string): void {
  if (replaced.has(path)) {
    // Nothing can be mounted on a mount whose file has no name any more.
    writeFileSync(path, content);
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), "imagecred-namespace-"));
  const replacement = join(directory, "file");
  writeFileSync(replacement, content);
  run("mount", ["--bind", replacement, path]);
  // The mount holds the file; nothing stays behind when the namespace is gone.
  rmSync(directory, { recursive: true });
  replaced.add(path);
}
