import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Metafile } from "esbuild";
import { bundle } from "./bundle.ts";
import type { Executable } from "./executables.ts";
import { cacheDirectory, root } from "./paths.ts";
import type { Platform } from "./platforms.ts";
import { run, versionLine } from "./run.ts";
import { say } from "./say.ts";

/** First Node that has `--build-sea`. */
const MIN_NODE = [25, 5] as const;

function nodeBinary(platform: Platform): string {
  return join(root, "node_modules", platform.nodePackage, "bin", "node");
}

/** Why Node single executables cannot be built here, or undefined where they can. */
export function missingForNode(platform: Platform): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1])) {
    return `this is Node ${process.versions.node}, and --build-sea needs ${MIN_NODE.join(".")}: run it through npm after npm ci`;
  }
  if (!existsSync(nodeBinary(platform))) {
    return `the npm package ${platform.nodePackage} is not installed (npm leaves out other platforms' packages)`;
  }
  return undefined;
}

/** Node's binary without its symbols, which are a fifth of it; kept in the cache by content. */
function strippedNode(platform: Platform): string {
  const original = nodeBinary(platform);
  if (versionLine("strip") === undefined) {
    say("there is no strip (binutils): the Node executables keep their symbols and are a fifth larger");
    return original;
  }
  const digest = createHash("sha256").update(readFileSync(original)).digest("hex").slice(0, 16);
  const stripped = join(cacheDirectory, "node", `${platform.nodePackage}-${digest}`, "node");
  if (!existsSync(stripped)) {
    mkdirSync(dirname(stripped), { recursive: true });
    copyFileSync(original, `${stripped}.part`);
    chmodSync(`${stripped}.part`, 0o755);
    run("strip", [`${stripped}.part`]);
    renameSync(`${stripped}.part`, stripped);
  }
  return stripped;
}

/**
 * Writes the Node single executable `out`. Plain (no code cache, no snapshot), so that two builds are the same bytes,
 * and deaf to NODE_OPTIONS.
 */
export async function buildNode(executable: Executable, platform: Platform, out: string): Promise<Metafile> {
  const directory = mkdtempSync(join(tmpdir(), "imagecred-sea-"));
  try {
    const { entry, metafile } = await bundle(executable, "node", directory);
    const config = join(directory, "sea.json");
    const settings = {
      // Relative: the name is stored in the executable.
      main: entry,
      output: `${out}.part`,
      executable: strippedNode(platform),
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
