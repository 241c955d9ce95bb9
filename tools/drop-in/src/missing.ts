import { anyExecutable, needsRoot } from "@imagecred/workspace";
import { COMPARISONS } from "./situations/index.ts";
import { vendorPluginsMissing, vendorPluginsToBuild } from "./vendor-plugins.ts";

/** Why the vendors' plugins and ours cannot be compared on this machine, or undefined when they can. */
export function missing(condition: "plugins are cached" | "plugins may be built"): string | undefined {
  const lacking = needsRoot("unshare", "ip", "mount") || vendorPluginsMissing();
  if (lacking !== undefined) return lacking;
  const unbuilt = COMPARISONS.find(({ executable }) => anyExecutable(executable) === undefined);
  if (unbuilt !== undefined) return `${unbuilt.executable} is not built (npm run build)`;
  if (condition === "plugins may be built") return undefined;
  const toBuild = vendorPluginsToBuild(COMPARISONS.map(({ plugin }) => plugin));
  return toBuild.length === 0
    ? undefined
    : `not in the cache yet: ${toBuild.join(", ")} (npm test -- drop-in builds them)`;
}
