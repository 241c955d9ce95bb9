import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readFile } from "./files.ts";
import { runShell } from "./shell.ts";

const limits = { env: { PATH: "/usr/bin:/bin" }, timeoutMs: 10_000, maxStdoutBytes: 4096 };
const directory = mkdtempSync(join(tmpdir(), "imagecred-shell-"));
after(() => rmSync(directory, { recursive: true }));
function fifo(name: string): string {
  const path = join(directory, name);
  execFileSync("mkfifo", [path]);
  return path;
}
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Waits until a process has ended, or is a zombie. */
async function ended(pid: number): Promise<void> {
  for (;;) {
    try {
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return;
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("a daemon that keeps stdout open is not awaited", async () => {
  const started = performance.now();
  const { status, stdout } = await runShell({
    ...limits,
    // The command ends when the daemon has left its process group.
    command: `setsid sh -c 'echo $$ > "${fifo("daemon")}"; exec sleep 60' & read pid < "${join(directory, "daemon")}"; echo $pid`,
  });
  process.kill(Number(text(stdout)), "SIGKILL");
  assert.equal(status, 0);
  assert.ok(performance.now() - started < 5_000);
});

for (const [what, end] of [
  ["SIGTERM", (pid: number) => process.kill(pid, "SIGTERM")],
  ["SIGINT", (pid: number) => process.kill(pid, "SIGINT")],
  ["SIGHUP", (pid: number) => process.kill(pid, "SIGHUP")],
  ["its own exit", (pid: number) => process.kill(pid, "SIGCONT")],
] as const) {
  test(`a process that ends by ${what} ends all children of its command`, async () => {
    const path = fifo(what);
    const program = `
      import { runShell } from ${JSON.stringify(import.meta.resolve("./shell.ts"))};
      import { exit } from ${JSON.stringify(import.meta.resolve("./exit.ts"))};
      process.on("SIGCONT", () => exit(1));
      const command = ${JSON.stringify(`sleep 60 & echo $! > "${path}"; wait`)};
      runShell({ env: process.env, timeoutMs: 60000, maxStdoutBytes: 4096, command });
    `;
    const args = [...process.execArgv, "--input-type=module", "-e", program];
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    const sleeper = Number(text(await readFile(path, 100)));
    assert.ok(sleeper > 1);
    assert.ok(child.pid !== undefined);
    end(child.pid);
    const [code, signal] = await once(child, "exit");
    assert.deepEqual([code, signal], what === "its own exit" ? [1, null] : [null, what]);
    await ended(sleeper);
  });
}
