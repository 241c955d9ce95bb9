import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

/** Describes the benchmark machine in one line. */
export function describeMachine(): string {
  const all = cpus();
  return `${distribution()}, Linux ${release()}, ${all.length} cores of ${all[0]?.model.trim() ?? "unknown CPU"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}
