import { execFile, spawn, spawnSync } from "node:child_process";
import { setPriority } from "node:os";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { ToolError } from "./tool-error.ts";

/** Runs a program and returns what it printed. @throws Error with its stderr when it fails or does not exist */
export async function output(program: string, ...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, [...args])).stdout.trim();
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Time that a command took. */
export interface Time {
  /** Of all processes that it started, user and system time together. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

/** The shell's `times` is the only way to the processor time of children: its last line is theirs (POSIX, times). */
const TIMED = '"$@" 3>&-; code=$?; times >&3; exit $code';

/**
 * Runs a long command at low priority, because builds take minutes and other work on the machine goes first.
 * @throws {ToolError} with the command, its exit code and its output when it fails
 */
export function runSlowCommand(
  program: string,
  args: readonly string[],
  { cwd, env = process.env }: CommandOptions,
): Promise<Time> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", TIMED, "sh", program, ...args], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    if (child.pid !== undefined) setPriority(child.pid, 10);
    let [text, times] = ["", ""];
    const [, stdout, stderr, timing] = child.stdio;
    for (const stream of [stdout, stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        text += chunk;
      });
    }
    if (timing instanceof Readable) {
      timing.on("data", (chunk: Buffer) => {
        times += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      const wallSeconds = (performance.now() - startedAt) / 1000;
      if (code === 0) resolve({ cpuSeconds: childrenSeconds(times), wallSeconds });
      else reject(new ToolError(`${program} ${args.join(" ")} in ${cwd}: exit code ${code}\n${text}`));
    });
  });
}

/** The same, while this process waits. @param visible whether the command writes to our own output */
export function runSlowCommandSync(
  program: string,
  args: readonly string[],
  { cwd, env = process.env, visible = false }: CommandOptions & { readonly visible?: boolean },
): Time {
  const startedAt = performance.now();
  const stream = visible ? "inherit" : "pipe";
  const { status, output, error } = spawnSync("nice", ["sh", "-c", TIMED, "sh", program, ...args], {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 256 << 20,
    stdio: ["ignore", stream, stream, "pipe"],
  });
  if (error !== undefined) throw new ToolError(`${program} cannot be run: ${error.message}`);
  const [, stdout, stderr, times] = output;
  if (status !== 0) {
    const said = `${stdout ?? ""}${stderr ?? ""}`;
    throw new ToolError(`${program} ${args.join(" ")} in ${cwd}: exit code ${status}\n${said}`);
  }
  return {
    cpuSeconds: childrenSeconds(times ?? ""),
    wallSeconds: (performance.now() - startedAt) / 1000,
  };
}

/** `0m0.00s 0m0.00s`, once for the shell and once for its children. */
function childrenSeconds(times: string): number {
  const line = times.trim().split("\n").at(-1) ?? "";
  return [...line.matchAll(/(\d+)m([\d.,]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds?.replace(",", ".")),
    0,
  );
}
