import { existsSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "./paths.ts";
import { run } from "./programs.ts";

/**
 * Path of a program that a Python package brings, in an environment of its own in the cache.
 * @param requirement with its version: `zizmor==1.32.0` @throws {ToolError} with what pip says
 */
export function pythonProgram(requirement: string, program: string): string {
  const environment = join(CACHE, "python", requirement);
  const path = join(environment, "bin", program);
  if (!existsSync(path)) {
    run("python3", ["-m", "venv", environment]);
    run(join(environment, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", requirement]);
  }
  return path;
}
