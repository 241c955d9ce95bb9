import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CACHE, run } from "@imagecred/workspace";

/** The cost of one run of a process, from the kernel's counters. */
export interface Cost {
  /** Microseconds since the epoch. */
  readonly startedUs: number;
  readonly wallUs: number;
  /** User and system time together. */
  readonly cpuUs: number;
  readonly peakKib: number;
}

const CRATE = join(import.meta.dirname, "../measure");

/** Builds the measuring launcher (measure/src/main.rs); cached by its source. @returns its path @throws {ToolError} without a Rust toolchain */
export function buildLauncher(): string {
  return buildProgram("measure");
}

/** Builds the program that only sends requests (measure/src/bin/bare.rs), as {@link buildLauncher} does. */
export function buildBareClient(): string {
  return buildProgram("bare");
}

function buildProgram(name: string): string {
  const files = ["Cargo.toml", "Cargo.lock", "src/main.rs", "src/bin/bare.rs"];
  const inputs = files.map((file) => readFileSync(join(CRATE, file)));
  const key = createHash("sha256").update(Buffer.concat(inputs)).digest("hex").slice(0, 16);
  const target = join(CACHE, "measure", key);
  const program = join(target, "release", name);
  if (existsSync(program)) return program;
  // Static, as what is measured.
  const env = { CARGO_TARGET_DIR: target, RUSTFLAGS: "-Ctarget-feature=+crt-static" };
  run("cargo", ["build", "--release", "--locked", "--quiet"], { cwd: CRATE, env });
  return program;
}

export interface Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdinFile: string;
  /** Directories of control groups in which the command runs. */
  readonly groups?: readonly string[];
  /** Seconds after which the command is killed. Default: no limit. */
  readonly limitSeconds?: number;
}

/** A run without a credential. */
export class NoCredential extends Error {
  /** `exit 1`, `signal 9`, `nothing within 5 s`. */
  readonly ending: string;

  constructor(path: string, ending: string, stderr: string) {
    super(`${path} gave no credential (${ending}): ${stderr.trim()}`);
    this.ending = ending;
  }
}

/** Runs a command once. @throws {NoCredential} if it fails or prints nothing: a failure would count as very fast */
export async function measureOnce(
  launcher: string,
  { path, args, env, stdinFile, groups = [], limitSeconds }: Command,
): Promise<Cost> {
  const flags = [
    ...groups.flatMap((directory) => ["--group", directory]),
    ...(limitSeconds === undefined ? [] : ["--seconds", String(limitSeconds)]),
  ];
  const { stdout, stderr } = await promisify(execFile)(launcher, [...flags, stdinFile, path, ...args], {
    env,
  });
  const { startedUs, wallUs, userUs, systemUs, peakKib, exitCode, signal, stdoutBytes } = JSON.parse(stdout);
  // Every response with a credential is longer than this; an empty one of the Go plugins is not.
  if (exitCode !== 0 || stdoutBytes < 200)
    throw new NoCredential(path, endingOf(exitCode, signal, wallUs / 1e6, limitSeconds), stderr);
  return { startedUs, wallUs, cpuUs: userUs + systemUs, peakKib };
}

function endingOf(exitCode: number, signal: number, seconds: number, limitSeconds = Infinity): string {
  if (signal === 0) return `exit ${exitCode}`;
  return seconds >= limitSeconds ? `nothing within ${limitSeconds} s` : `signal ${signal}`;
}
