import { DISTRIBUTIONS } from "../distributions/index.ts";
import { UsageError } from "../errors.ts";
import type { Platform } from "../runtime/types.ts";
import { absolute } from "./paths.ts";
import type { RunningKubelet } from "./running-kubelet.ts";

export interface Places {
  readonly config: string;
  /** Not found where the command can do without. */
  readonly binDir: string | undefined;
  /** How the configuration was found, for a person. */
  readonly configSource: string;
}

/**
 * Where the configuration and the executables are: as told, else as the running kubelet has it, else where a distribution
 * keeps them on this machine. @throws {UsageError} when there is no configuration to be found
 */
export function findPlaces(
  given: { readonly config?: string | undefined; readonly binDir?: string | undefined },
  platform: Platform,
  kubelet: RunningKubelet | undefined,
): Places {
  if (given.config !== undefined) {
    // A configuration of one's own has nothing to do with the running kubelet's executables, unless it is the same one.
    const same = kubelet?.config !== undefined && isSame(given.config, kubelet.config, platform);
    const usual = DISTRIBUTIONS.find((one) => isSame(given.config ?? "", one.configPath, platform))?.binDir;
    return {
      config: given.config,
      binDir: given.binDir ?? (same ? kubelet?.binDir : usual),
      configSource: "command line",
    };
  }
  if (kubelet?.config !== undefined) {
    return {
      config: kubelet.config,
      binDir: given.binDir ?? kubelet.binDir,
      configSource: `flags of the kubelet that runs here (process ${kubelet.pid})`,
    };
  }
  const present = DISTRIBUTIONS.find(
    ({ configPath }) => platform.fileSystem.status(configPath) !== undefined,
  );
  if (present !== undefined) {
    return {
      config: present.configPath,
      binDir: given.binDir ?? present.binDir,
      configSource: `where ${present.title} keeps it`,
    };
  }
  throw new UsageError(
    "no kubelet with a credential provider configuration runs here, and no distribution's file is there; name the file",
  );
}

function isSame(path: string, other: string, { fileSystem, processInfo }: Platform): boolean {
  const full = absolute(path, processInfo.workingDirectory);
  if (full === other) return true;
  if (fileSystem.status(full) === undefined || fileSystem.status(other) === undefined) return false;
  return fileSystem.realPath(full) === fileSystem.realPath(other);
}
