import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "./scenarios.ts";

/** An executable that takes part. */
export interface Contender {
  /** "static", "node", or what `--against` was called. */
  readonly label: string;
  readonly path: string;
  readonly bytes: number;
  readonly ours: boolean;
}

const ROOT = join(import.meta.dirname, "../../..");

/** Our builds of a plugin, as far as they are there. */
export function ourContenders({ executable }: Scenario): readonly Contender[] {
  const platform = `linux-${process.arch === "x64" ? "amd64" : process.arch}`;
  const places = {
    static: join(ROOT, "dist", platform, executable),
    node: join(ROOT, "dist", `${platform}-node`, executable),
  };
  return Object.entries(places)
    .filter(([, path]) => existsSync(path))
    .map(([label, path]) => ({ label, path, bytes: statSync(path).size, ours: true }));
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
