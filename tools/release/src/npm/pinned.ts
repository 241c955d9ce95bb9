import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, readJson } from "@imagecred/workspace";

/** Files at the top that name a version of the npm package, each with the place of it. */
const PINS: Readonly<Record<string, RegExp>> = {
  "action.yml": /(?<=description: Version of the npm package imagecred\n {4}default: ")[^"]+/,
  ".pre-commit-hooks.yaml": /(?<=imagecred@)\S+/,
};

/** The required content of each file for the version of the programs, by its path from the top. */
export function pinnedFiles(): ReadonlyMap<string, string> {
  const version = String(readJson("packages/cli/package.json")["version"]);
  return new Map(
    Object.entries(PINS).map(([path, place]) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      if (!place.test(text)) throw new Error(`${path} names no version`);
      return [path, text.replace(place, version)];
    }),
  );
}

/** Writes them: a step of `npm run version`. */
export function writePinnedFiles(): void {
  for (const [path, text] of pinnedFiles()) writeFileSync(join(ROOT, path), text);
}
