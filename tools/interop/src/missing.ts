import { executables, needsRoot } from "@imagecred/workspace";
import { programsToBuild } from "./programs.ts";

/** Our executables under test. */
const OURS = ["ecr-credential-provider", "imagecred"];

/** The reason why these tests cannot run on this machine; undefined if they can. */
export async function whyNoInterop(
  condition: "programs are cached" | "programs may be built",
): Promise<string | undefined> {
  const lacking = needsRoot("unshare", "ip", "mount", "go", "python3");
  if (lacking !== false) return lacking;
  const unbuilt = OURS.find((program) => executables(program).every(({ skipped }) => skipped !== undefined));
  if (unbuilt !== undefined) return `${unbuilt} is not built (npm run build)`;
  if (condition === "programs may be built") return undefined;
  const toBuild = await programsToBuild();
  return toBuild.length === 0
    ? undefined
    : `not in the cache yet: ${toBuild.join(", ")} (npm test -- interop builds them)`;
}
