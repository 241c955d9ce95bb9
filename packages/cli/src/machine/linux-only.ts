import { CommandError } from "../errors.ts";
import type { OperatingSystem, Platform } from "../runtime/types.ts";

const TITLES: Readonly<Record<OperatingSystem, string>> = {
  linux: "Linux",
  macos: "macOS",
  windows: "Windows",
  other: "not Linux",
};

/** Name of the operating system that this runs on, for sentences: `macOS`. */
export function systemTitle({ processInfo }: Platform): string {
  return TITLES[processInfo.operatingSystem];
}

/** @throws {CommandError} anywhere but on Linux, for a command that changes a node */
export function requireLinux(command: string, platform: Platform): void {
  if (platform.processInfo.operatingSystem === "linux") return;
  throw new CommandError(
    `${command} changes the Linux node that it runs on, and this is ${systemTitle(platform)}`,
    {
      fix: "run it on the node, with the executable for Linux of the release",
    },
  );
}
