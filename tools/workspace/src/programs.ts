import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { ToolError } from "./tool-error.ts";

export interface RunOptions {
  /** In addition to this process's environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to stdin. */
  readonly input?: string | Uint8Array;
  /** Let the program write to our own stdout and stderr. */
  readonly visible?: boolean;
}

/**
 * Runs a program to its end. @returns its stdout; empty when `visible`
 * @throws {ToolError} with the program's output when it cannot be started or fails
 */
export function run(file: string, args: readonly string[], options: RunOptions = {}): string {
  const { cwd, env, input, visible = false } = options;
  const output = visible ? "inherit" : "pipe";
  const { status, signal, stdout, stderr, error } = spawnSync(file, [...args], {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 256 << 20,
    ...(input === undefined ? {} : { input }),
    stdio: [input === undefined ? "ignore" : "pipe", output, output],
  });
  if (error !== undefined) throw new ToolError(`${file} cannot be run: ${error.message}`);
  if (status !== 0) {
    const how = signal === null ? `exit ${status}` : signal;
    throw new ToolError(`${file} ${args.join(" ")} failed (${how})\n${stdout ?? ""}${stderr ?? ""}`);
  }
  return stdout ?? "";
}

/** The path that a shell would find for a program's name, or undefined. */
export function findOnPath(program: string): string | undefined {
  for (const directory of (process.env["PATH"] ?? "").split(delimiter)) {
    const candidate = join(directory, program);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this directory.
    }
  }
  return undefined;
}

/** Why a step that needs these programs cannot run here, or undefined when all of them are on the PATH. */
export function notInstalled(...programs: readonly string[]): string | undefined {
  const missing = programs.filter((program) => findOnPath(program) === undefined);
  return missing.length === 0 ? undefined : `not installed: ${missing.join(", ")}`;
}

/** Why a test that needs root and these programs cannot run here; false when it can (node:test's `skip`). */
export function needsRoot(...programs: readonly string[]): string | false {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  return notInstalled(...programs) ?? false;
}

/** First line that a program prints for `--version`, or undefined when the program does not run. */
export function versionLine(file: string, args: readonly string[] = ["--version"]): string | undefined {
  const { status, stdout } = spawnSync(file, [...args], { encoding: "utf8" });
  return status === 0 ? stdout.trim().split("\n", 1)[0] : undefined;
}
