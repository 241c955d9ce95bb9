import type { ConfigReading } from "@imagecred/kubelet";
import { identityMapsOf } from "../../lint/identity-maps.ts";
import { runLints } from "../../lint/index.ts";
import type { LintContext } from "../../lint/types.ts";
import type { Platform } from "../../runtime/types.ts";
import { type Check, type CheckOptions, placedFindings } from "./check-config.ts";

/** Whether a file's text is one of `--identities`, as far as its first lines tell; it may be a broken one. */
export function isIdentityMap(text: string): boolean {
  return /^[\s{]*["']?(?:kind["']?\s*:\s*["']?ImageIdentities\b|apiVersion["']?\s*:\s*["']?imagecred\.dev\/)/m.test(
    text,
  );
}

/** Checks a file of `--identities` by itself, as the plugins do, then by the lints that need no configuration. */
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
      throw new Error("a file of --identities names no executables");
    },
    mapPlaces: { find: () => undefined, complete: false, alone: file },
  };
  const lints = runLints(context, options.ignored);
  const maps = identityMapsOf(context).read;
  const texts = new Map(maps.map((map) => [map.file, map.text]));
  const { findings, safeEdits, left } = placedFindings(reading, texts, lints, [], options.ignored);
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
      ignored: left,
    },
  };
}

/** No configuration: the lints of configurations say nothing. */
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
