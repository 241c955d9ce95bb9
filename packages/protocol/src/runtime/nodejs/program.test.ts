import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { runProgram } from "./program.ts";

const limits = { env: { PATH: "/usr/bin:/bin" }, stdin: "", timeoutMs: 10_000, maxStdoutBytes: 1024 };
const shell = (script: string) => ({ ...limits, file: "/bin/sh", args: ["-c", script] });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test("a program's output, its status, and only the given environment", async () => {
  const result = await runProgram({
    ...shell('cat; echo "$1 $GREETING $HOME" ; echo oops >&2; exit 3'),
    args: ["-c", 'cat; echo "$1 $GREETING $HOME" ; echo oops >&2; exit 3', "sh", "one two"],
    env: { PATH: "/usr/bin:/bin", GREETING: "hello", UNSET: undefined },
    stdin: "in ",
  });
  assert.equal(text(result.stdout), "in one two hello \n");
  assert.equal(result.stderr, "oops\n");
  assert.equal(result.status, 3);
  assert.equal(result.signal, null);
});

test("a program that does not read a large stdin", async () => {
  const result = await runProgram({ ...shell("exit 0"), stdin: "x".repeat(1 << 20) });
  assert.equal(result.status, 0);
});

test("the signal that ended a program is returned", async () => {
  const result = await runProgram(shell("kill -SEGV $$"));
  assert.equal(result.status, null);
  assert.equal(result.signal, "SIGSEGV");
});

test("the time limit kills the program but not its child processes", async () => {
  const started = performance.now();
  const result = await runProgram({
    // The background sleep does not hold the pipes and must still run after the limit.
    ...shell("sleep 30 >/dev/null 2>&1 & echo $!; exec sleep 30"),
    timeoutMs: 200,
  });
  assert.equal(result.timedOut, true);
  assert.equal(result.signal, "SIGKILL");
  assert.ok(performance.now() - started < 10_000);
  process.kill(Number(text(result.stdout)), "SIGKILL");
});

test("a child that holds stdout open is awaited, up to maxWaitAfterExitMs", async () => {
  const script = "sleep 30 & echo $!";
  const result = await runProgram({ ...shell(script), maxWaitAfterExitMs: 50 });
  assert.equal(result.outputHeld, true);
  assert.equal(result.status, 0);
  process.kill(Number(text(result.stdout)), "SIGKILL");

  const waited = await runProgram(shell("(read x < /proc/sys/kernel/ostype; echo late) & exit 0"));
  assert.equal(text(waited.stdout), "late\n");
  assert.equal(waited.outputHeld, false);
});

test("too much output ends the program", async () => {
  const result = await runProgram({ ...shell("while :; do echo 0123456789; done"), maxStdoutBytes: 100 });
  assert.equal(result.stdoutTruncated, true);
  assert.equal(result.stdout.length, 100);
  assert.equal(result.signal, "SIGKILL");
});

test("stderr arrives while the program runs", async () => {
  let seen = "";
  const result = await runProgram({
    ...shell("echo one >&2; echo two >&2"),
    onStderr: (piece) => (seen += piece),
  });
  assert.equal(seen, "one\ntwo\n");
  assert.equal(result.stderr, seen);
});

test("a program that cannot be started", async () => {
  await assert.rejects(runProgram({ ...limits, file: "/nonexistent", args: [] }), { code: "ENOENT" });
  await assert.rejects(runProgram({ ...limits, file: "/etc/passwd", args: [] }), { code: "EACCES" });
});

test("a program in another process's mount namespace, by a path that exists only there", {
  skip: process.geteuid?.() === 0 ? false : "only root can enter other mounts",
}, async () => {
  // It prints a line when its mounts exist, and waits.
  const script = "mount -t tmpfs none /mnt && cp /bin/echo /mnt/only-here && echo up && read -r _";
  const other = spawn("unshare", ["--mount", "sh", "-c", script], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [up] = (await once(other.stdout, "data")) as [Buffer];
    assert.equal(up.toString(), "up\n");
    const request = { ...limits, file: "/mnt/only-here", args: ["hello"] };
    await assert.rejects(runProgram(request), { code: "ENOENT" });
    const result = await runProgram({ ...request, mountsOf: other.pid ?? 0 });
    assert.equal(text(result.stdout), "hello\n");
  } finally {
    other.stdin.end();
  }
});
