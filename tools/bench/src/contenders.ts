import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { executablePath, RUNTIMES } from "@imagecred/workspace";
import type { Scenario } from "./scenarios.ts";

/** An executable that takes part. */
export interface Contender {
  /** "static", "nodejs", or what `--against` was called. */
  readonly label: string;
  readonly path: string;
  readonly bytes: number;
  readonly ours: boolean;
}

/** Our builds of a plugin, as far as they are there. */
export function ourContenders({ executable }: Scenario): readonly Contender[] {
  return RUNTIMES.map((label) => ({ label, path: executablePath(executable, label) }))
    .filter(({ path }) => existsSync(path))
    .map(({ label, path }) => ({ label, path, bytes: statSync(path).size, ours: true }));
}

export function otherContender(path: string, label: string): Contender {
  return { label, path, bytes: statSync(path).size, ours: false };
}

/** The vendor's Go plugin, built from the Go module proxy. @returns undefined where it cannot be built */
export function vendorContender({ plugin }: Scenario): Contender | undefined {
  const { status, stdout } = spawnSync(join(import.meta.dirname, "../reference-plugins"), [plugin], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) return undefined;
  const [, module = "", , path = ""] = stdout.trim().split(/\s+/);
  return otherContender(path, `Go (${module.replace(/^.*\//, "")})`);
}
