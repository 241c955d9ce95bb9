import { existsSync, readFileSync } from "node:fs";
import { needsRoot } from "@imagecred/e2e";
import { libseccompMissing } from "./programs/index.ts";

export const SYSTEMD = "/lib/systemd/systemd";

/** Why no cluster can run on this machine, or undefined when one can. */
export async function clusterMissing(): Promise<string | undefined> {
  const programs = ["unshare", "nsenter", "setpriv", "ip", "mount", "pivot_root", "go", "gcc", "pkg-config"];
  const missing = needsRoot(...programs);
  if (missing !== false) return missing;
  if (!existsSync(SYSTEMD)) return `needs systemd (${SYSTEMD})`;
  if (!/^nodev\toverlay$/m.test(readFileSync("/proc/filesystems", "utf8")))
    return "needs overlay file systems (modprobe overlay)";
  return await libseccompMissing();
}
