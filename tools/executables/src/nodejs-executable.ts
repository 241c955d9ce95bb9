import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Platform, run } from "@imagecred/workspace";
import type { Metafile } from "esbuild";
import { nodejsBinary } from "./nodejs-binary.ts";
import { bundleNodejs } from "./nodejs-bundle.ts";
import type { Program } from "./programs.ts";

/** First Node.js that has `--build-sea`. */
const MIN_NODE = [25, 5] as const;

/** Why Node.js single executables cannot be built here, or undefined where they can. */
export function missingForNodejs(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1])) {
    return `this is Node ${process.versions.node}, and --build-sea needs ${MIN_NODE.join(".")}: run it through npm after npm ci`;
  }
  return undefined;
}

/**
 * Writes the Node.js single executable `out`. Plain (no code cache, no snapshot), so that two builds are the same bytes,
 * and deaf to NODE_OPTIONS.
 */
export async function buildNodejs(program: Program, platform: Platform, out: string): Promise<Metafile> {
  const directory = mkdtempSync(join(tmpdir(), "imagecred-sea-"));
  try {
    const { entry, metafile, assets } = await bundleNodejs(program, directory);
    const config = join(directory, "sea.json");
    const settings = {
      // Relative: names are stored in the executable.
      main: entry,
      assets,
      output: `${out}.part`,
      executable: nodejsBinary(platform),
      disableExperimentalSEAWarning: true,
      useCodeCache: false,
      useSnapshot: false,
      execArgvExtension: "none",
      // Node's own warnings (of a variable that it finds dangerous, of an interface that is on its way out) have no
      // place on a plugin's stderr.
      execArgv: ["--no-warnings"],
    };
    writeFileSync(config, JSON.stringify(settings));
    mkdirSync(dirname(out), { recursive: true });
    run(process.execPath, ["--build-sea", config], { cwd: directory });
    chmodSync(`${out}.part`, 0o755);
    renameSync(`${out}.part`, out);
    return metafile;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
