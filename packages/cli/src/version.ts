import { VERSION } from "@imagecred/protocol";
import type { ProcessInfo } from "./runtime/types.ts";

declare const IMAGECRED_COMMIT: string | undefined;
declare const IMAGECRED_DATE: string | undefined;

/** The line of `--version`: version, commit with its date, and runtime; "from source" when no build set a commit. */
export function versionLine(name: string, { runtime }: ProcessInfo): string {
  const commit =
    typeof IMAGECRED_COMMIT === "string" && typeof IMAGECRED_DATE === "string"
      ? `commit ${IMAGECRED_COMMIT} of ${IMAGECRED_DATE}`
      : "from source";
  return `${name} ${VERSION} (${commit}, ${runtime})`;
}
