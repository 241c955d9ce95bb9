import { rootedWritableFiles } from "@imagecred/node";
import { DISTRIBUTIONS } from "../distributions/index.ts";
import { CommandError, UsageError } from "../errors.ts";
import type { FileSystem, Platform } from "../runtime/types.ts";
import { systemTitle } from "./linux-only.ts";
import { absolute, withDrive } from "./paths.ts";
import { type MachineKubelet, pathForUs, type RunningKubelet } from "./running-kubelet.ts";

/** Where a configuration and its executables are. Paths are those of `root`. */
export interface Places {
  /** `/`, or `/proc/57/root`: what a kubelet in a container or chroot of its own has for `/`. */
  readonly root: string;
  /** The files below that root. */
  readonly fileSystem: FileSystem;
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
    throw new CommandError(machine.reason, {
      fix: "name the configuration, and --bin-dir where executables are run",
    });
  }
  if (kubelet?.config !== undefined) {
    return {
      ...placesOf(kubelet, kubelet.config, given.binDir, platform),
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
      root: "/",
      fileSystem: platform.fileSystem,
      config: present.configPath,
      binDir: given.binDir ?? present.binDir,
      configSource: `where ${present.title} keeps it`,
      kubelet: undefined,
      problem,
      unseen,
    };
  }
  if (problem !== undefined) throw new CommandError(problem.reason, { fix: problem.fix });
  if (platform.processInfo.operatingSystem !== "linux") {
    throw new UsageError(
      `only on a Linux node can the kubelet's own configuration be found, and this is ${systemTitle(platform)}; name the file`,
    );
  }
  const more = unseen.length === 0 ? "" : ` (${unseen.join("; ")})`;
  throw new UsageError(
    `no kubelet with a credential provider configuration runs here, and no distribution's file is there${more}; name the file`,
  );
}

/**
 * The kubelet's own, by its own paths. Executables that somebody names are on our side of its root, and then both are
 * looked for there.
 */
function placesOf(
  kubelet: RunningKubelet,
  config: string,
  binDir: string | undefined,
  { fileSystem }: Platform,
): Pick<Places, "root" | "fileSystem" | "config" | "binDir"> {
  const { root } = kubelet;
  if (root === "/" || binDir !== undefined) {
    return { root: "/", fileSystem, config: pathForUs(kubelet, config), binDir: binDir ?? kubelet.binDir };
  }
  return { root, fileSystem: rootedWritableFiles(fileSystem, root), config, binDir: kubelet.binDir };
}

function asGiven(
  config: string,
  binDir: string | undefined,
  platform: Platform,
  kubelet: RunningKubelet | undefined,
): Places {
  // A configuration of one's own has nothing to do with the running kubelet's executables, unless it is the same one.
  const about = { configSource: "command line", problem: undefined, unseen: [] } as const;
  if (kubelet?.config !== undefined && isSame(config, pathForUs(kubelet, kubelet.config), platform)) {
    const own = placesOf(kubelet, kubelet.config, binDir, platform);
    // As it was written, where that says the same.
    return { ...own, ...(own.root === "/" ? { config } : {}), ...about, kubelet };
  }
  const usual = DISTRIBUTIONS.find((one) => isSame(config, one.configPath, platform))?.binDir;
  const { fileSystem, processInfo } = platform;
  return {
    root: "/",
    fileSystem,
    config,
    binDir: binDir === undefined ? usual : withDrive(binDir, processInfo.workingDirectory),
    ...about,
    kubelet: undefined,
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

/** The platform as the process at these places sees it: files below its root, relative paths from its `/`. */
export function platformAt({ root, fileSystem }: Places, platform: Platform): Platform {
  const { processInfo } = platform;
  return {
    ...platform,
    fileSystem,
    processInfo: root === "/" ? processInfo : { ...processInfo, workingDirectory: "/" },
  };
}
