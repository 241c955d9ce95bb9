import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Public tools that are Go programs, pinned in ../go/go.mod. */
export type GoTool = "nfpm" | "crane" | "actionlint";

const MODULE = join(import.meta.dirname, "../go");

/**
 * Path of a tool, built where the cache has none for the pinned versions.
 * @throws with what `go build` said
 */
export function goTool(name: GoTool): string {
  const cache = process.env["IMAGECRED_CACHE"] || join(homedir(), ".cache", "imagecred");
  const pins = ["go.mod", "go.sum"].map((file) => readFileSync(join(MODULE, file)));
  const key = createHash("sha256").update(Buffer.concat(pins)).digest("hex").slice(0, 16);
  const directory = join(cache, "release-tools", key);
  const path = join(directory, name);
  if (existsSync(path)) return path;
  const { status, stderr, error } = spawnSync(
    "nice",
    ["go", "build", "-trimpath", "-o", `${directory}/`, "tool"],
    {
      cwd: MODULE,
      encoding: "utf8",
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
    },
  );
  if (status !== 0) throw new Error(`building ${name}: ${error?.message ?? stderr}`);
  return path;
}

/** Why the Go tools cannot be built here, or undefined. */
export function missingForGoTools(): string | undefined {
  return spawnSync("go", ["version"]).status === 0 ? undefined : "Go is not installed";
}
