import { spawnSync } from "node:child_process";

/** One look at the finished tree, with a tool that is not ours. */
export interface Step {
  readonly name: string;
  /** Why it cannot be done here, or undefined. */
  readonly skip?: () => string | undefined;
  /** @throws with what the tool said. @returns what was seen, in a few words */
  readonly run: (directory: string) => string;
}

export interface ToolOptions {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
}

/** Runs a public tool and gives its stdout. @throws with its output where it fails */
export function tool(program: string, args: readonly string[], options: ToolOptions = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, [...args], {
    encoding: "utf8",
    maxBuffer: 256 << 20,
    ...options,
  });
  if (error !== undefined) throw new Error(`${program}: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} (exit ${status})\n${stdout}${stderr}`);
  return stdout;
}

export function isInstalled(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v "$1"`, "sh", program]).status === 0;
}

/** For `skip`: the first of these programs that is missing. */
export function missing(...programs: readonly string[]): string | undefined {
  const absent = programs.filter((program) => !isInstalled(program));
  return absent.length === 0 ? undefined : `not installed: ${absent.join(", ")}`;
}
