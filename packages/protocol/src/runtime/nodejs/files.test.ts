import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readFile } from "./files.ts";

const directory = mkdtempSync(join(tmpdir(), "imagecred-files-"));
after(() => rmSync(directory, { recursive: true }));
const file = (name: string, content: string) => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};
const fifo = (name: string) => {
  const path = join(directory, name);
  execFileSync("mkfifo", [path]);
  return path;
};
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test("a whole file is read, up to the limit", async () => {
  const path = file("file", "12345");
  assert.equal(text(await readFile(path, 5)), "12345");
  await assert.rejects(readFile(path, 4), { code: "EFBIG" });
  assert.equal((await readFile("/dev/null", 4)).length, 0);
  // A file of /proc has the size 0.
  assert.match(text(await readFile("/proc/self/status", 1 << 20)), /^Name:/);
});

test("an endless file is not read to its end", async () => {
  await assert.rejects(readFile("/dev/zero", 1 << 20), { code: "EFBIG" });
});

test("a file that cannot be read gives the system's error", async () => {
  await assert.rejects(readFile(join(directory, "absent"), 4), { code: "ENOENT" });
  await assert.rejects(readFile(directory, 4), { code: "EISDIR" });
});

test("a pipe is read to its end, as soon as it has a writer", async () => {
  const path = fifo("pipe");
  const reading = readFile(path, 100);
  const writer = spawn("sh", ["-c", `printf one > "$1"`, "sh", path]);
  const [content] = await Promise.all([reading, once(writer, "exit")]);
  assert.equal(text(content), "one");
});

for (const [what, script] of [
  ["a pipe without a writer", (path: string) => `readFile(${JSON.stringify(path)}, 100)`],
  // As on a network file system that does not respond: a thread of the pool is blocked.
  ["a thread that does not return", (path: string) => `open(${JSON.stringify(path)})`],
] as const) {
  for (const code of [0, 1]) {
    test(`the process ends with ${code} in spite of ${what}`, async () => {
      const path = fifo(`${what.length}-${code}`);
      const program = `
        import { open } from "node:fs/promises";
        import { exit } from ${JSON.stringify(import.meta.resolve("./exit.ts"))};
        import { readFile } from ${JSON.stringify(import.meta.resolve("./files.ts"))};
        void ${script(path)};
        setTimeout(() => exit(${code}), 50);
      `;
      const started = performance.now();
      const args = [...process.execArgv, "--input-type=module", "-e", program];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
      let stderr = "";
      child.stderr.on("data", (chunk) => (stderr += chunk));
      const [status] = await once(child, "close");
      assert.deepEqual([status, stderr], [code, ""]);
      assert.ok(performance.now() - started < 20_000);
    });
  }
}
