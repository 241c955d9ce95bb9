import { rootedWritableFiles } from "@imagecred/node";
import { DISTRIBUTIONS } from "../distributions/index.ts";
import { CommandError, UsageError } from "../errors.ts";
import type { FileSystem, Platform } from "../runtime/types.ts";
import { systemTitle } from "./linux-only.ts";
import { absolute, withDrive } from "./paths.ts";
import { type MachineKubelet, pathForUs, type RunningKubelet } from "./running-kubelet.ts";

/** A configuration and its executables. Paths are below `root`. */
export interface Places {
  /** `/`, or `/proc/57/root`: the root directory of a kubelet in a container or chroot. */
  readonly root: string;
  /** The files below that root. */
  readonly fileSystem: FileSystem;
  readonly config: string;
  /** undefined if not known. */
  readonly binDir: string | undefined;
  /** How the configuration was found, in words. */
  readonly configSource: string;
  /** The running kubelet if it uses this configuration. */
  readonly kubelet: RunningKubelet | undefined;
  /** Why this machine's kubelet does not read this configuration, and the fix; undefined if it does, or if no kubelet runs. */
  readonly problem: { readonly reason: string; readonly fix: string } | undefined;
  /** Facts about this machine's kubelet that could not be read. */
  readonly unseen: readonly string[];
}

/**
 * Finds the configuration and the executables: as given, else those of the running kubelet. If no kubelet runs, or it has no
 * flags, those at a distribution's usual paths on this machine.
 * @throws {UsageError} if no configuration is found
 * @throws {CommandError} if none is found because of the running kubelet
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
      fix: "give the configuration, and the directory of the executables with --bin-dir",
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
      configSource: `the usual path on ${present.title}`,
      kubelet: undefined,
      problem,
      unseen,
    };
  }
  if (problem !== undefined) throw new CommandError(problem.reason, { fix: problem.fix });
  if (platform.processInfo.operatingSystem !== "linux") {
    throw new UsageError(
      `the kubelet's own configuration can be found only on a Linux node, and this is ${systemTitle(platform)}; give the file`,
    );
  }
  const more = unseen.length === 0 ? "" : ` (${unseen.join("; ")})`;
  throw new UsageError(
    `no kubelet with a credential provider configuration runs here, and there is no configuration at a distribution's usual path${more}; give the file`,
  );
}

/**
 * The paths that the kubelet uses, below its own root. With --bin-dir, which names a directory in our root, both are paths
 * in our root.
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
  // The running kubelet's executables are used only if it uses the given configuration.
  const about = { configSource: "command line", problem: undefined, unseen: [] } as const;
  if (kubelet?.config !== undefined && isSame(config, pathForUs(kubelet, kubelet.config), platform)) {
    const own = placesOf(kubelet, kubelet.config, binDir, platform);
    // The path as given, if the kubelet has the same root.
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
    // A path that cannot be read is not known to be the same.
    return false;
  }
}

/** The platform with the files below `root`; relative paths begin at its `/`. */
export function platformAt({ root, fileSystem }: Places, platform: Platform): Platform {
  const { processInfo } = platform;
  return {
    ...platform,
    fileSystem,
    processInfo: root === "/" ? processInfo : { ...processInfo, workingDirectory: "/" },
  };
}
