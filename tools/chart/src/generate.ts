/** Writes what is generated in deploy/. `--without-kustomize` leaves out what needs helm. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { chartFiles, kustomizeFilesOf } from "./generated.ts";
import { CHART, KUSTOMIZE } from "./paths.ts";

function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

write(CHART, chartFiles());
if (!process.argv.includes("--without-kustomize")) {
  const files = await kustomizeFilesOf();
  rmSync(KUSTOMIZE, { recursive: true, force: true });
  write(KUSTOMIZE, files);
}
