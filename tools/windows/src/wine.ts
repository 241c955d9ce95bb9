import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CACHE,
  type DebianRoot,
  debianRoot,
  debianRootPath,
  needsRoot,
  run,
  whyNoDebianRoot,
} from "@imagecred/workspace";

/** Wine 10: the 8 of Debian 12 does not run Node.js 26. */
const DEBIAN_WITH_WINE: DebianRoot = { suite: "sid", packages: ["wine", "wine64"] };
const MAKE_DRIVE = join(import.meta.dirname, "../wine/make-drive");

/** A Debian that has wine, and the drive C: that wine made, both in the cache. */
export interface Wine {
  /** Root directory of the Debian. */
  readonly root: string;
  /** A layer over it that has the drive's files in `/prefix`. */
  readonly drive: string;
}

function places(): Wine {
  const root = debianRootPath(DEBIAN_WITH_WINE);
  const key = createHash("sha256").update(root).update(readFileSync(MAKE_DRIVE)).digest("hex").slice(0, 16);
  return { root, drive: join(CACHE, "wine-drive", key) };
}

/** Why no Windows program runs here, or undefined. @param may whether the minutes of making the chroot are acceptable */
export function whyNoWine(may: "wine may be installed" | "wine is cached"): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "wine needs Linux on x64";
  const reason = needsRoot("unshare", "ip", "mount", "chroot") || whyNoDebianRoot(DEBIAN_WITH_WINE);
  if (reason !== undefined) return reason;
  const { root, drive } = places();
  if (may === "wine may be installed" || (existsSync(root) && existsSync(drive))) return undefined;
  return "wine is not in the cache; npm test -- windows installs it";
}

/** Installs wine into the cache unless it is cached: five minutes and 3 GB. @throws {ToolError} with apt's output */
export function installWine(): Wine {
  const { root, drive } = places();
  debianRoot(DEBIAN_WITH_WINE);
  if (!existsSync(drive)) run("nice", [MAKE_DRIVE, root, drive]);
  return { root, drive };
}
