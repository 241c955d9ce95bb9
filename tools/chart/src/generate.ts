/**
 * Writes what is generated in deploy/. With `--version` only what has the version of the programs in it, and what needs no
 * helm: the step of `npm run version`.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { chartFiles, kustomizeFilesOf, retagged } from "./generated.ts";
import { CHART, KUSTOMIZE } from "./paths.ts";

function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

write(CHART, chartFiles());
if (process.argv.includes("--version")) {
  write(KUSTOMIZE, retagged());
} else {
  const files = await kustomizeFilesOf();
  rmSync(KUSTOMIZE, { recursive: true, force: true });
  write(KUSTOMIZE, files);
}
