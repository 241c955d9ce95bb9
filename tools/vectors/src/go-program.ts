import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cached, cachePath } from "./source.ts";

/** A third-party executable, or the reason why it is missing. */
export type Program =
  | { readonly path: string; readonly missing?: undefined }
  | { readonly path: ""; readonly missing: string };

/**
 * A program from a Go module at exactly this version, fetched through the Go module proxy, checked against Go's checksum
 * database, and built once for all runs.
 * @param module import path of the main package
 */
export function goProgram(module: string, version: string): Program {
  const key = join("go", `${module.replaceAll("/", "_")}-${version}`);
  try {
    const directory = existsSync(cachePath(key))
      ? cachePath(key)
      : cached(key, (into) => install(`${module}@${version}`, into));
    return { path: join(directory, readdirSync(directory)[0] ?? "") };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { path: "", missing: `${module} ${version} cannot be built: ${reason.split("\n")[0]}` };
  }
}

function install(what: string, into: string): void {
  const { status, stderr, error } = spawnSync("go", ["install", what], {
    encoding: "utf8",
    env: { ...process.env, GOBIN: into, GOFLAGS: "", GO111MODULE: "on" },
  });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim());
}
