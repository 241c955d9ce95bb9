import type { ConfigReading } from "@imagecred/kubelet";
import { identityMapsOf } from "../../lint/identity-maps.ts";
import { runLints } from "../../lint/index.ts";
import type { LintContext } from "../../lint/types.ts";
import type { Platform } from "../../runtime/types.ts";
import { type Check, type CheckOptions, placedFindings } from "./check-config.ts";

/** Whether a text looks like an `--identities` file by its kind or apiVersion; it can have errors. */
export function isIdentityMap(text: string): boolean {
  return /^[\s{]*["']?(?:kind["']?\s*:\s*["']?ImageIdentities\b|apiVersion["']?\s*:\s*["']?imagecred\.dev\/)/m.test(
    text,
  );
}

/** Checks an `--identities` file by itself, as the plugins do, then with the lints that need no configuration. */
export function checkMap(file: string, options: CheckOptions, platform: Platform): Check {
  const reading = emptyReading(file);
  const context: LintContext = {
    reading,
    providers: [],
    minor: options.minor,
    versionGiven: true,
    texts: new Map(),
    binDir: undefined,
    fileSystem: platform.fileSystem,
    examine: () => {
      throw new Error("an --identities file has no executables");
    },
    mapPlaces: { find: () => undefined, complete: false, alone: file },
  };
  const lints = runLints(context, options.ignored);
  const maps = identityMapsOf(context).read;
  const texts = new Map(maps.map((map) => [map.file, map.text]));
  const { findings, safeEdits, ignoredCount } = placedFindings(reading, texts, lints, [], options.ignored);
  return {
    texts,
    safeEdits,
    config: {
      config: file,
      configSource: "command line",
      contains: "ImageIdentities",
      kubernetesVersion: `1.${options.minor}`,
      kubernetesVersionSource: options.versionSource,
      binDir: null,
      files: [file],
      identityMaps: [file],
      hash: null,
      accepted: maps.every(({ problems }) => problems.length === 0),
      kubeletError: null,
      providers: [],
      findings,
      ignored: ignoredCount,
    },
  };
}

/** An empty configuration: its lints find nothing. */
function emptyReading(file: string): ConfigReading {
  return {
    accepted: true,
    config: { providers: [] },
    hash: undefined,
    files: [file],
    problems: [],
    kubeletError: undefined,
    readError: undefined,
    validationErrors: [],
    registeredTwice: undefined,
    locate: () => undefined,
  };
}
