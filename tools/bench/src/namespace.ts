import { spawnSync } from "node:child_process";
import { appendFileSync, copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A network of our own, so that both sides are measured as they run on a node: real names, port 443, the real address of
 * the metadata server, no proxy in between and no test-only setting. Needs `unshare` and `ip`, and root or user namespaces.
 */
const INSIDE = "IMAGECRED_BENCH_INSIDE_NAMESPACE";

export function insideNamespace(): boolean {
  return process.env[INSIDE] === "yes";
}

/** Runs this very program again, inside; gives its exit code. */
export function rerunInside(): number {
  const asRoot = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const command = [
    "--net",
    "--mount",
    ...asRoot,
    "--",
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  const { status, error } = spawnSync("unshare", command, {
    stdio: "inherit",
    env: { ...process.env, [INSIDE]: "yes" },
  });
  if (error !== undefined) throw new Error(`cannot make a network namespace: ${error.message}`);
  return status ?? 1;
}

/** Brings up loopback with the metadata address on it. Once per namespace. */
export function bringUpLoopback(): void {
  run("ip", "link", "set", "lo", "up");
  run("ip", "addr", "add", "169.254.169.254/32", "dev", "lo");
}

/** Gives names to addresses, by a bind mount that only this mount namespace sees. */
export function nameHosts(names: Readonly<Record<string, string>>): void {
  const path = join(mkdtempSync(join(tmpdir(), "imagecred-bench-")), "hosts");
  copyFileSync("/etc/hosts", path);
  for (const [name, address] of Object.entries(names)) appendFileSync(path, `\n${address} ${name}`);
  appendFileSync(path, "\n");
  run("mount", "--bind", path, "/etc/hosts");
}

function run(program: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
}
