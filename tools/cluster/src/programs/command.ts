import { execFile, spawn } from "node:child_process";
import { setPriority } from "node:os";
import { promisify } from "node:util";

/** Runs a program and returns what it printed. @throws Error with its stderr when it fails or does not exist */
export async function output(program: string, ...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, [...args])).stdout.trim();
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a long command at low priority, because builds take minutes and other work on the machine goes first.
 * @throws Error with the command, its exit code and its output when it fails
 */
export function runSlowCommand(
  program: string,
  args: readonly string[],
  { cwd, env = process.env }: CommandOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    if (child.pid !== undefined) setPriority(child.pid, 10);
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ${args.join(" ")} in ${cwd}: exit code ${code}\n${text}`));
    });
  });
}
