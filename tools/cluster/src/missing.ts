import { existsSync, readFileSync } from "node:fs";
import { needsRoot } from "@imagecred/workspace";
import { libseccompMissing, programsToBuild } from "./programs/index.ts";

export const SYSTEMD = "/lib/systemd/systemd";

/** Why no cluster can run on this machine, or undefined when one can. Building its programs takes minutes. */
export async function whyNoCluster(
  condition: "programs are cached" | "programs may be built",
): Promise<string | undefined> {
  const programs = ["unshare", "nsenter", "setpriv", "ip", "mount", "pivot_root", "go", "gcc", "pkg-config"];
  const missing = needsRoot(...programs);
  if (missing !== false) return missing;
  if (!existsSync(SYSTEMD)) return `needs systemd (${SYSTEMD})`;
  if (!/^nodev\toverlay$/m.test(readFileSync("/proc/filesystems", "utf8")))
    return "needs overlay file systems (modprobe overlay)";
  const libraryMissing = await libseccompMissing();
  if (libraryMissing !== undefined || condition === "programs may be built") return libraryMissing;
  const lacking = await programsToBuild();
  return lacking.length > 0
    ? `not in the cache yet: ${lacking.join(", ")} (npm test -- cluster builds them)`
    : undefined;
}
