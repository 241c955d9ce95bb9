import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { DIST } from "@imagecred/workspace";
import { tarballs, zips } from "./archives.ts";
import { chart } from "./chart.ts";
import { bareChecksums, checksumList } from "./checksums.ts";
import { image } from "./image.ts";
import { debInstall, debMetadata, rpmMetadata } from "./linux-packages.ts";
import { flat, krew } from "./managers.ts";
import { npm } from "./npm.ts";
import { formula, lintian, manuals, rpmlint } from "./package-lint.ts";
import { sbomValidator } from "./sbom.ts";
import type { Step } from "./step.ts";

/** Checks a finished release tree as a user who does not trust us would: with public tools only. */
const STEPS: readonly Step[] = [
  checksumList,
  bareChecksums,
  sbomValidator,
  tarballs,
  zips,
  debMetadata,
  debInstall,
  rpmMetadata,
  lintian,
  rpmlint,
  manuals,
  formula,
  krew,
  flat,
  image,
  chart,
  npm,
];

const [given] = process.argv.slice(2);
const directory = given === undefined ? newest() : resolve(given);
console.log(`verifying ${directory}`);
let failed = 0;
for (const { name, skip, run } of STEPS) {
  const reason = skip?.();
  if (reason !== undefined) {
    console.log(`– ${name}: skipped, ${reason}`);
    continue;
  }
  try {
    console.log(`✔ ${name}: ${run(directory)}`);
  } catch (error) {
    failed++;
    console.log(`✖ ${name}\n${error instanceof Error ? error.message : error}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;

function newest(): string {
  const releases = join(DIST, "release");
  const versions = existsSync(releases)
    ? readdirSync(releases).sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    : [];
  const last = versions.at(-1);
  if (last === undefined) {
    console.error("there is no release in dist/release; npm run release makes one, or name a directory");
    process.exit(2);
  }
  return join(releases, last);
}
