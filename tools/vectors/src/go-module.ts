import { spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { cached, cachePath, type Source } from "./source.ts";

/**
 * The source of a Go module at exactly this version, which Go fetches through the module proxy and checks against its
 * checksum database.
 */
export function goModule(module: string, version: string): Source {
  const key = join("modules", `${module.replaceAll("/", "_")}-${version}`);
  if (existsSync(cachePath(key))) return { directory: cachePath(key) };
  const { status, stdout, stderr, error } = spawnSync(
    "go",
    ["mod", "download", "-json", `${module}@${version}`],
    {
      encoding: "utf8",
      env: { ...process.env, GOFLAGS: "-mod=mod", GOWORK: "off", GO111MODULE: "on" },
    },
  );
  const { Dir, Error: refusal } = status === 0 || stdout !== "" ? parsed(stdout) : {};
  if (Dir === undefined) {
    const reason = refusal ?? error?.message ?? stderr.trim();
    return {
      directory: "",
      missing: `the Go module ${module} ${version} cannot be fetched: ${reason.split("\n")[0]}`,
    };
  }
  // The module cache is read-only, and can be cleaned at any time.
  return { directory: cached(key, (directory) => cpSync(Dir, directory, { recursive: true, mode: 0 })) };
}

function parsed(text: string): { readonly Dir?: string; readonly Error?: string } {
  return JSON.parse(text) as { readonly Dir?: string; readonly Error?: string };
}
