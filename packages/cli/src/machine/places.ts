import { DISTRIBUTIONS } from "../distributions/index.ts";
import { CommandError, UsageError } from "../errors.ts";
import type { Platform } from "../runtime/types.ts";
import { absolute } from "./paths.ts";
import type { MachineKubelet, RunningKubelet } from "./running-kubelet.ts";

export interface Places {
  readonly config: string;
  /** Not found where the command can do without. */
  readonly binDir: string | undefined;
  /** How the configuration was found, for a person. */
  readonly configSource: string;
  /** The running kubelet, where this configuration is the one that it has. */
  readonly kubelet: RunningKubelet | undefined;
  /** Why the kubelet of this machine does not read this configuration, and what makes it; undefined where it does, or none runs. */
  readonly problem: { readonly reason: string; readonly fix: string } | undefined;
  /** What could not be seen of this machine's kubelet. */
  readonly unseen: readonly string[];
}

/**
 * Where the configuration and the executables are: as told, else as the running kubelet has it. Where none runs, or the one
 * that runs has no flags, a distribution's file on this machine is still there to be looked at, under that heading.
 * @throws {UsageError} when there is no configuration to be found
 * @throws {CommandError} when that is the kubelet's fault
 */
export function findPlaces(
  given: { readonly config?: string | undefined; readonly binDir?: string | undefined },
  platform: Platform,
  machine: MachineKubelet,
): Places {
  const kubelet = machine.state === "running" ? machine.kubelet : undefined;
  if (given.config !== undefined) return asGiven(given.config, given.binDir, platform, kubelet);
  if (machine.state === "several") {
    throw new CommandError(
      `${machine.reason}; name the configuration, and --bin-dir where executables are run`,
    );
  }
  if (kubelet?.config !== undefined) {
    return {
      config: kubelet.config,
      binDir: given.binDir ?? kubelet.binDir,
      configSource: `flags of the kubelet that runs here (process ${kubelet.pid})`,
      kubelet,
      problem: kubelet.runsNoPlugin,
      unseen: kubelet.unseen,
    };
  }
  const present = DISTRIBUTIONS.find(
    ({ configPath }) => platform.fileSystem.status(configPath) !== undefined,
  );
  const problem = kubelet?.runsNoPlugin;
  const unseen = [
    ...(machine.state === "hidden" ? [machine.reason] : []),
    ...(machine.state === "none" ? machine.notes : []),
    ...(kubelet?.unseen ?? []),
  ];
  if (present !== undefined) {
    return {
      config: present.configPath,
      binDir: given.binDir ?? present.binDir,
      configSource: `where ${present.title} keeps it`,
      kubelet: undefined,
      problem,
      unseen,
    };
  }
  if (problem !== undefined) throw new CommandError(`${problem.reason}; ${problem.fix}`);
  const more = unseen.length === 0 ? "" : ` (${unseen.join("; ")})`;
  throw new UsageError(
    `no kubelet with a credential provider configuration runs here, and no distribution's file is there${more}; name the file`,
  );
}

function asGiven(
  config: string,
  binDir: string | undefined,
  platform: Platform,
  kubelet: RunningKubelet | undefined,
): Places {
  // A configuration of one's own has nothing to do with the running kubelet's executables, unless it is the same one.
  const same = kubelet?.config !== undefined && isSame(config, kubelet.config, platform);
  const usual = DISTRIBUTIONS.find((one) => isSame(config, one.configPath, platform))?.binDir;
  return {
    config,
    binDir: binDir ?? (same ? kubelet?.binDir : usual),
    configSource: "command line",
    kubelet: same ? kubelet : undefined,
    problem: undefined,
    unseen: [],
  };
}

function isSame(path: string, other: string, { fileSystem, processInfo }: Platform): boolean {
  const full = absolute(path, processInfo.workingDirectory);
  if (full === other) return true;
  try {
    if (fileSystem.status(full) === undefined || fileSystem.status(other) === undefined) return false;
    return fileSystem.realPath(full) === fileSystem.realPath(other);
  } catch {
    // What cannot be looked at is not known to be the same.
    return false;
  }
}
