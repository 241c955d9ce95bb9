import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE, notInstalled, recordBuildTime, runSlowCommandSync } from "@imagecred/workspace";

/** Public tools that are Go programs, with the directory whose go.mod pins them. */
const MODULES = {
  nfpm: "go",
  crane: "go",
  actionlint: "go",
  // Apart from the others: only release:verify needs it.
  "validate-krew-manifest": "krew",
} as const;
export type GoTool = keyof typeof MODULES;

/**
 * Path of a tool; builds it when the cache does not have the pinned version.
 * @throws {ToolError} with the output of `go build`
 */
export function goTool(name: GoTool): string {
  const module = join(import.meta.dirname, "..", MODULES[name]);
  const pins = ["go.mod", "go.sum"].map((file) => readFileSync(join(module, file)));
  const key = createHash("sha256").update(Buffer.concat(pins)).digest("hex").slice(0, 16);
  const directory = join(CACHE, "release-tools", key);
  const path = join(directory, name);
  if (existsSync(path)) return path;
  const time = runSlowCommandSync("go", ["build", "-trimpath", "-o", `${directory}/`, "tool"], {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
  });
  recordBuildTime(directory, time);
  return path;
}

/** Why the Go tools cannot be built here, or undefined. */
export function missingForGoTools(): string | undefined {
  return notInstalled("go");
}
