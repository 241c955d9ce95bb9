import { spawnSync } from "node:child_process";
import { BuildError } from "./say.ts";

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Let the program write to our own stdout and stderr. */
  readonly visible?: boolean;
}

/** Runs a program to its end and gives its stdout. @throws {BuildError} with its stderr where it fails */
export function run(file: string, args: readonly string[], options: RunOptions = {}): string {
  const { status, signal, stdout, stderr, error } = spawnSync(file, [...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    encoding: "utf8",
    maxBuffer: 64 << 20,
    stdio: ["ignore", options.visible ? "inherit" : "pipe", options.visible ? "inherit" : "pipe"],
  });
  if (error !== undefined) throw new BuildError(`${file} cannot be run: ${error.message}`);
  if (status !== 0) {
    const how = signal === null ? `exit ${status}` : signal;
    throw new BuildError(`${file} ${args.join(" ")} failed (${how})\n${stderr ?? ""}`);
  }
  return stdout ?? "";
}

/** The program's version line, or undefined where it is not installed. */
export function versionLine(file: string, args: readonly string[] = ["--version"]): string | undefined {
  const { status, stdout } = spawnSync(file, [...args], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
