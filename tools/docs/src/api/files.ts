import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "@imagecred/workspace";
import type { Api } from "./declarations.ts";
import { apiReference } from "./reference.ts";
import { apiReport } from "./report.ts";

/** The files that are generated from a package's API: text by path from the repository's root. */
export function apiFiles(api: Api): ReadonlyMap<string, string> {
  return new Map([
    [`${api.directory}/api.txt`, apiReport(api)],
    [`docs/api/${api.directory.replace("packages/", "")}.md`, apiReference(api)],
  ]);
}

/** Writes them. */
export function writeApiFiles(apis: readonly Api[]): void {
  for (const [path, text] of apis.flatMap((api) => [...apiFiles(api)])) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
}
