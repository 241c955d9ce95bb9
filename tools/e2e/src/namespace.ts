import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Listening } from "@imagecred/fake-clouds";
import type { Scenario } from "./scenario.ts";

/** Many times what the suite takes. */
const TIME_LIMIT_MS = 300_000;
/** Set for the process that runs inside. */
const INSIDE = "IMAGECRED_E2E_INSIDE_NAMESPACE";

export function insideNamespace(): boolean {
  return process.env[INSIDE] === "yes";
}

/**
 * Runs this process's own test file again, in a network and mount namespace of its own.
 * @returns its exit code and what it printed
 */
export function rerunInside(file: string): { readonly status: number | null; readonly output: string } {
  const args = [
    "--net",
    "--mount",
    "--",
    process.execPath,
    ...process.execArgv,
    "--test-reporter=spec",
    file,
  ];
  // With its variable the inner run would speak the outer test runner's protocol instead of printing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr, error } = spawnSync("unshare", args, {
    encoding: "utf8",
    timeout: TIME_LIMIT_MS,
    env: { ...env, [INSIDE]: "yes" },
  });
  return { status, output: error?.message ?? stdout + stderr };
}

const CLOUD: Listening = { address: "127.0.0.1", port: 443 };
const METADATA: Listening = { address: "169.254.169.254", port: 80 };

/** Makes the namespace a node's network: loopback, the metadata address on it, the clouds' names in /etc/hosts. */
export function furnishNamespace({ network }: Scenario): Readonly<Record<string, Listening>> {
  run("ip", "link", "set", "lo", "up");
  const others = Object.entries(network.addresses ?? {});
  for (const address of [METADATA.address, ...others.map(([, each]) => each)]) {
    run("ip", "addr", "add", `${address}/32`, "dev", "lo");
  }
  const hosts = join(mkdtempSync(join(tmpdir(), "imagecred-e2e-hosts-")), "hosts");
  const lines = [
    ...network.cloudHosts.map((name) => `${CLOUD.address} ${name}`),
    ...(network.metadataHosts ?? []).map((name) => `${METADATA.address} ${name}`),
  ];
  writeFileSync(hosts, `${readFileSync("/etc/hosts", "utf8").trimEnd()}\n${lines.join("\n")}\n`);
  run("mount", "--bind", hosts, "/etc/hosts");
  // The mount keeps the file, and nothing stays behind when the namespace is gone.
  rmSync(dirname(hosts), { recursive: true });
  const listeners = others.map(([service, address]) => [service, { address, port: 80 }] as const);
  return { tls: CLOUD, [network.metadataService]: METADATA, ...Object.fromEntries(listeners) };
}

function run(program: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
}
