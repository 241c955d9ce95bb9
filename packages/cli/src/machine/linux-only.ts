import { CommandError } from "../errors.ts";
import type { OperatingSystem, Platform } from "../runtime/types.ts";

const TITLES: Readonly<Record<OperatingSystem, string>> = {
  linux: "Linux",
  macos: "macOS",
  windows: "Windows",
  other: "not Linux",
};

/** Name of this machine's operating system, for sentences: `macOS`. */
export function systemTitle({ processInfo }: Platform): string {
  return TITLES[processInfo.operatingSystem];
}

/** For commands that change a node. @throws {CommandError} on other systems than Linux */
export function requireLinux(command: string, platform: Platform): void {
  if (platform.processInfo.operatingSystem === "linux") return;
  throw new CommandError(
    `${command} changes the Linux node on which it runs, but this is ${systemTitle(platform)}`,
    {
      fix: "run it on the node with the release's executable for Linux",
    },
  );
}
