import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE, notInstalled, recordBuildTime, runSlowCommandSync } from "@imagecred/workspace";

/** Public tools that are Go programs, pinned in ../go/go.mod. */
export type GoTool = "nfpm" | "crane" | "actionlint";

const MODULE = join(import.meta.dirname, "../go");

/**
 * Path of a tool; builds it when the cache does not have the pinned version.
 * @throws {ToolError} with the output of `go build`
 */
export function goTool(name: GoTool): string {
  const pins = ["go.mod", "go.sum"].map((file) => readFileSync(join(MODULE, file)));
  const key = createHash("sha256").update(Buffer.concat(pins)).digest("hex").slice(0, 16);
  const directory = join(CACHE, "release-tools", key);
  const path = join(directory, name);
  if (existsSync(path)) return path;
  const time = runSlowCommandSync("go", ["build", "-trimpath", "-o", `${directory}/`, "tool"], {
    cwd: MODULE,
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
  });
  recordBuildTime(directory, time);
  return path;
}

/** Why the Go tools cannot be built here, or undefined. */
export function missingForGoTools(): string | undefined {
  return notInstalled("go");
}
