import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import type { ProgramRequest, ShellRequest } from "@imagecred/protocol";
import { RUNTIMES, runFile } from "@imagecred/workspace";
import { build, missing, program, temporaryDirectory } from "../src/testing/programs.ts";

interface Outcome {
  readonly status: number | null;
  readonly signal?: string | null;
  readonly timedOut: boolean;
  readonly stdoutTruncated?: boolean;
  readonly outputHeld?: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly pieces: readonly string[];
  readonly code?: string;
}

const env = { PATH: "/usr/bin:/bin" };
const limits = { env, timeoutMs: 20_000, maxStdoutBytes: 1000 };

/** Whether a process is there and not merely waiting to be collected. */
function alive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.startsWith("Z") === false;
  } catch {
    return false;
  }
}

/** A kill takes effect in its own time; the test's own time limit ends a wait that has no effect. */
async function gone(pid: number): Promise<void> {
  while (alive(pid)) await new Promise(setImmediate);
}

for (const runtime of RUNTIMES) {
  describe(`${runtime} processes`, { skip: missing(runtime), timeout: 120_000 }, () => {
    let driver: string;
    before(async () => {
      driver = await build(program("process-driver"), runtime, join(temporaryDirectory(), "process-driver"));
    });

    async function run(job: { shell: ShellRequest } | { program: ProgramRequest }): Promise<Outcome> {
      const { exitCode, stdout, stderr } = await runFile(driver, { stdin: JSON.stringify(job) });
      assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: "" });
      return JSON.parse(stdout) as Outcome;
    }
    const shell = (command: string, more: Partial<ShellRequest> = {}) =>
      run({ shell: { ...limits, command, ...more } });
    const sh = (script: string, more: Partial<ProgramRequest> = {}) =>
      run({ program: { ...limits, file: "/bin/sh", args: ["-c", script], stdin: "", ...more } });

    test("a shell command's output, status, and only the environment that it was given", async () => {
      const result = await shell('echo "$GREETING $HOME"; echo oops >&2; exit 3', {
        env: { ...env, GREETING: "hello" },
      });
      const { stdout, stderr, status, timedOut } = result;
      assert.deepEqual(
        { stdout, stderr, status, timedOut },
        { stdout: "hello \n", stderr: "oops\n", status: 3, timedOut: false },
      );
    });

    test("the time limit ends a shell command and all that it started", async () => {
      const result = await shell("sleep 300 & echo $!; sleep 300 & echo $!; wait", { timeoutMs: 300 });
      assert.equal(result.timedOut, true);
      assert.equal(result.status, null);
      const pids = result.stdout.trim().split("\n").map(Number);
      assert.equal(pids.length, 2);
      for (const pid of pids) await gone(pid);
    });

    test("what a shell command leaves behind is ended with it", async () => {
      const result = await shell("sleep 300 & echo $!");
      assert.equal(result.status, 0);
      await gone(Number(result.stdout));
    });

    test("too much output ends a shell command", async () => {
      const result = await shell("yes & echo $!; wait", { maxStdoutBytes: 100 });
      assert.ok(result.stdout.length <= 100);
      assert.equal(result.status, null);
      const pid = Number(result.stdout.split("\n")[0]);
      if (Number.isInteger(pid) && pid > 1) await gone(pid);
    });

    test("a shell command does not outlive a plugin that is killed", {
      skip: runtime === "nodejs" ? "Node has no parent-death signal" : false,
    }, async () => {
      const child: ChildProcess = spawn(driver, { stdio: ["pipe", "ignore", "ignore"], env });
      const file = join(temporaryDirectory(), "pids");
      const command = `setsid sleep 300 & echo $! > ${file}.part; sleep 300 & echo $! >> ${file}.part; echo $$ >> ${file}.part; mv ${file}.part ${file}; wait`;
      child.stdin?.end(JSON.stringify({ shell: { ...limits, command } }));
      while (!existsSync(file)) await new Promise(setImmediate);
      child.kill("SIGKILL");
      for (const pid of readFileSync(file, "utf8").trim().split("\n").map(Number)) await gone(pid);
    });

    test("a program gets its stdin, and its stderr is reported as it comes", async () => {
      const result = await sh("cat; echo €uro >&2; exit 4", { stdin: "from stdin" });
      assert.equal(result.stdout, "from stdin");
      assert.equal(result.status, 4);
      assert.equal(result.signal, null);
      assert.equal(result.stderr, "€uro\n");
      assert.equal(result.pieces.join(""), "€uro\n");
    });

    test("a program that reads nothing of a large stdin", async () => {
      assert.equal((await sh("exit 0", { stdin: "x".repeat(1 << 19) })).status, 0);
    });

    test("signals and limits of a program", async () => {
      assert.equal((await sh("kill -SEGV $$")).signal, "SIGSEGV");
      const late = await sh("exec sleep 300", { timeoutMs: 200 });
      assert.deepEqual([late.timedOut, late.signal, late.status], [true, "SIGKILL", null]);
      const loud = await sh("exec yes", { maxStdoutBytes: 100 });
      assert.deepEqual([loud.stdoutTruncated, loud.stdout.length, loud.signal], [true, 100, "SIGKILL"]);
    });

    test("others that hold a program's output are waited for until the limit", async () => {
      const held = await sh("sleep 300 & echo $!", { maxWaitAfterExitMs: 50 });
      assert.deepEqual([held.status, held.outputHeld], [0, true]);
      process.kill(Number(held.stdout), "SIGKILL");
    });

    for (const [how, daemonize] of Object.entries({
      "a session of its own": "setsid sh -c",
      "a session of its own, whose parent has ended": "setsid setsid --fork sh -c",
    })) {
      test(`a daemon in ${how} is neither waited for nor left behind`, async () => {
        const started = performance.now();
        const ready = join(temporaryDirectory(), `ready-${runtime}-${how.length}`);
        const daemon = `mkfifo ${ready}; ${daemonize} 'echo $$; echo > ${ready}; exec sleep 300' & read _ < ${ready}`;
        const result = await shell(daemon, { timeoutMs: 20_000 });
        assert.equal(result.status, 0);
        assert.equal(result.timedOut, false);
        assert.ok(performance.now() - started < 15_000);
        await gone(Number(result.stdout.trim().split("\n")[0]));
      });
    }

    test("the time limit ends what has left the command's session, too", async () => {
      const result = await shell("setsid sh -c 'echo $$; exec sleep 300' & wait; sleep 300", {
        timeoutMs: 1_000,
      });
      assert.equal(result.timedOut, true);
      await gone(Number(result.stdout));
    });

    test("TERM, INT and HUP end a command and the plugin at once", async () => {
      for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
        const child: ChildProcess = spawn(driver, { stdio: ["pipe", "ignore", "ignore"], env });
        const ended = new Promise((resolve) => child.once("close", (_, by) => resolve(by)));
        const file = join(temporaryDirectory(), "pids");
        const command = `trap "" TERM INT HUP; setsid sleep 300 & echo $! > ${file}.part; sleep 300 & echo $! >> ${file}.part; echo $$ >> ${file}.part; mv ${file}.part ${file}; wait`;
        rmSync(file, { force: true });
        child.stdin?.end(JSON.stringify({ shell: { ...limits, command } }));
        while (!existsSync(file)) await new Promise(setImmediate);
        child.kill(signal);
        assert.equal(await ended, signal);
        for (const pid of readFileSync(file, "utf8").trim().split("\n").map(Number)) await gone(pid);
      }
    });

    test("a program needs no shell, and is found in the PATH that it gets", async () => {
      const result = await run({
        shell: {
          ...limits,
          command: ["printf", "%s|", "one two", "$HOME", "*"],
          env: { PATH: "/nowhere:/usr/bin:/bin" },
        },
      });
      assert.deepEqual([result.stdout, result.status], ["one two|$HOME|*|", 0]);
    });

    test("what cannot be started is an ordinary failure that names it", async () => {
      const start = (command: [string, ...string[]], path = "/usr/bin:/bin") =>
        run({ shell: { ...limits, command, env: { PATH: path } } });
      const absent = await start(["credential-helper"], "/nowhere");
      assert.equal(absent.code, "ENOENT");
      assert.match(
        absent.stderr,
        /^starting credential-helper: it was not found in PATH, which is "\/nowhere" \(ENOENT\)$/,
      );
      assert.match(
        (await start(["/nonexistent/helper"])).stderr,
        /^starting \/nonexistent\/helper: the file, or the interpreter/,
      );
      assert.equal((await start(["/etc/passwd"])).code, "EACCES");
    });

    test("what cannot be started", async () => {
      const start = async (file: string) =>
        (await run({ program: { ...limits, file, args: [], stdin: "" } })).code;
      assert.equal(await start("/nonexistent"), "ENOENT");
      assert.equal(await start("/etc/passwd"), "EACCES");
    });
  });
}
