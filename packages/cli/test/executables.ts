import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const DIST = join(import.meta.dirname, "../../../dist");
const ARCHITECTURE = process.arch === "arm64" ? "arm64" : "amd64";

export interface Runtime {
  readonly name: "static" | "node";
  readonly directory: string;
}

export const RUNTIMES: readonly Runtime[] = [
  { name: "static", directory: join(DIST, `linux-${ARCHITECTURE}`) },
  { name: "node", directory: join(DIST, `linux-${ARCHITECTURE}-node`) },
];

/** Why an executable cannot be tried; false where it can. */
export function notBuilt(runtime: Runtime, ...names: readonly string[]): string | false {
  const missing = names.filter((name) => !existsSync(join(runtime.directory, name)));
  return missing.length === 0
    ? false
    : `${missing.join(", ")} not in ${runtime.directory}; npm run build makes it`;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runImagecred(
  runtime: Runtime,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(runtime.directory, "imagecred"), [...args], {
      env: { PATH: "/usr/bin:/bin", ...options.env },
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
