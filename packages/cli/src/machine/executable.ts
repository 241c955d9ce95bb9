import { checkRegistration } from "@imagecred/kubelet";
import { joinPath } from "@imagecred/node";
import { CommandError, systemReason } from "../errors.ts";
import type { Platform } from "../runtime/types.ts";
import { EXECUTABLE_HEADER_BYTES, inspectExecutable } from "./executable-format.ts";
import { describeStart } from "./start-problem.ts";

/** What the kubelet would find at start-up, and what kind of file it is. */
export function executableOf(
  name: string,
  binDir: string,
  config: string,
  platform: Platform,
): { readonly path: string; readonly description: string; readonly usable: boolean } {
  const path = joinPath(binDir, name);
  const check = checkRegistration(config, binDir, {
    fileSystem: platform.fileSystem,
    crypto: platform.crypto,
  });
  if (check.binDirError !== undefined)
    return { path, description: `there is no directory ${binDir}`, usable: false };
  const problem = check.executables.find((one) => one.path === path);
  if (problem !== undefined) return { path, description: PROBLEMS[problem.code], usable: false };
  const { problem: fault, unreadable } = describeStart(path, platform);
  if (fault !== undefined) {
    return { path, description: `${fault.reason}; every run of it fails`, usable: false };
  }
  if (unreadable === "permission denied") {
    return { path, description: "exists, but you cannot read it: use sudo", usable: true };
  }
  if (unreadable !== undefined) return { path, description: unreadable, usable: false };
  try {
    const found = inspectExecutable(platform.fileSystem.read(path, EXECUTABLE_HEADER_BYTES));
    if (found.kind === "unknown" || found.kind === "broken")
      return { path, description: "neither an ELF executable nor a script", usable: false };
    if (found.kind === "script")
      return { path, description: `a script for ${found.interpreter}`, usable: true };
    const linking =
      found.interpreter === undefined ? "static" : `dynamically linked, needs ${found.interpreter}`;
    return { path, description: `${linking}, ${found.machine}`, usable: true };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    return { path, description: systemReason(error), usable: false };
  }
}

const PROBLEMS = {
  missing: "missing; the kubelet would not start",
  "not-executable": "not executable; the kubelet would not start",
  directory: "a directory; the kubelet would not start",
  inaccessible: "cannot be looked at",
} as const;
