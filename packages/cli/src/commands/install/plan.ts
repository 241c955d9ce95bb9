import { type RootedWritableFiles, rootedWritableFiles } from "@imagecred/node";
import { CONFIG_NAME } from "../../distributions/config-yaml.ts";
import { DISTRIBUTIONS, distributionById } from "../../distributions/index.ts";
import type { Distribution, NodeFile } from "../../distributions/types.ts";
import { CommandError, systemReason, UsageError } from "../../errors.ts";
import { EXECUTABLE_HEADER_BYTES, inspectExecutable } from "../../machine/executable-format.ts";
import { loadAcceptedConfig } from "../../machine/load-config.ts";
import { absolute, joinPath, parentOf } from "../../machine/paths.ts";
import type { Platform } from "../../runtime/types.ts";
import type { InstallOptions } from "./definition.ts";
import { checkRancherPlaces, flagsFile } from "./kubelet-flags.ts";
import type { Placement } from "./place.ts";
import { sha256Hex } from "./sha256.ts";
import { readExecutable, type Source } from "./source.ts";

const EXECUTABLE_MODE = 0o755;
const FILE_MODE = 0o644;
const LARGEST_FILE = 16 << 20;

export interface InstallPlan {
  readonly distribution: Distribution | undefined;
  /** On the installed system, without --root. */
  readonly binDir: string;
  readonly configPath: string;
  /** Files below the root. */
  readonly files: RootedWritableFiles;
  /** In the order in which they are put in place: what refers to others comes after them. */
  readonly placements: readonly Placement[];
  readonly sources: readonly Source[];
  /** Whether systemd has to read its units again before the kubelet is restarted. */
  readonly reload: boolean;
}

/** Reads and checks everything that will be installed; touches nothing. @throws {UsageError} @throws {CommandError} */
export function planInstall(options: InstallOptions, platform: Platform): InstallPlan {
  const { fileSystem, crypto, processInfo } = platform;
  const distribution = chosenDistribution(options.distribution);
  const directory = options.directory ?? ".";
  const root = absolute(options.root, processInfo.workingDirectory);
  const files = rootedWritableFiles(fileSystem, root);
  const binDir = destination("--bin-dir", options.binDir, distribution?.binDir);
  const place = destination("--config-path", options.configPath, distribution?.configPath);
  // The flag names a directory of configurations, and ours is a file in it.
  const isDirectory = statusOf(files, place)?.kind === "directory";
  const configPath = isDirectory ? joinPath(place, CONFIG_NAME) : place;
  const config = configSource(options, directory, files, configPath, platform);
  const names = providerNames(config.path, platform);
  const sources = names.map((name) =>
    readExecutable(
      name,
      {
        directories:
          options.executables === undefined
            ? [directory, parentOf(processInfo.executable)]
            : [options.executables],
        checksums: options.checksums,
        machine: options.root === "/" ? ownMachine(platform) : undefined,
      },
      fileSystem,
      crypto,
    ),
  );
  const executables = sources.map((source, index): Placement => {
    const { path, data, sha256 } = source;
    const to = joinPath(binDir, names[index] ?? "");
    return { role: "executable", from: path, to, data, mode: EXECUTABLE_MODE, sha256 };
  });
  const file = (role: "config" | "node-file", from: string, to: string, data: Uint8Array): Placement => ({
    role,
    from,
    to,
    data,
    mode: FILE_MODE,
    sha256: sha256Hex(crypto, data),
  });
  const isRancher = distribution?.id === "k3s" || distribution?.id === "rke2";
  if (config.fresh && isRancher) checkRancherPlaces(files, distribution.id, place, binDir);
  let reload = false;
  const nodeFiles = (config.fresh ? (distribution?.nodeFiles ?? []) : []).map((nodeFile) => {
    const from = joinPath(directory, nodeFile.name);
    if (nodeFile.merge === "replace") {
      const text = new TextDecoder().decode(readFile(from, platform));
      const ours = withPlaces(text, distribution, place, binDir);
      return file("node-file", from, existingPlace(nodeFile, files), new TextEncoder().encode(ours));
    }
    const flags = flagsFile(files, nodeFile.paths, place, binDir);
    reload ||= flags.reload;
    return file("node-file", from, flags.path, new TextEncoder().encode(flags.content));
  });
  const configs = config.fresh
    ? [file("config", config.path, configPath, readFile(config.path, platform))]
    : [];
  return {
    distribution,
    binDir,
    configPath,
    files,
    // What refers to others comes after them: the configuration names executables, the flags name the configuration.
    placements: [...executables, ...configs, ...nodeFiles],
    sources,
    reload,
  };
}

/** A file that init wrote for the usual places, for those of --config-path and --bin-dir. */
function withPlaces(
  text: string,
  distribution: Distribution | undefined,
  config: string,
  binDir: string,
): string {
  if (distribution === undefined) return text;
  return text.replaceAll(distribution.configPath, config).replaceAll(distribution.binDir, binDir);
}

function statusOf(files: RootedWritableFiles, path: string) {
  try {
    return files.status(path);
  } catch (error) {
    throw new CommandError(`looking at ${files.outside(path)}: ${systemReason(error)}`, { cause: error });
  }
}

function chosenDistribution(id: string | undefined): Distribution | undefined {
  if (id === undefined) return undefined;
  const distribution = distributionById(id);
  const installable = DISTRIBUTIONS.filter((one) => one.installable).map((one) => one.id);
  if (distribution === undefined) {
    throw new UsageError(`--distribution ${id}: not known; one of ${installable.join(", ")}`);
  }
  if (!distribution.installable) {
    throw new UsageError(
      `${distribution.title} has no place on a node where executables could be put: imagecred init --distribution ${id} writes what its images need`,
    );
  }
  return distribution;
}

function destination(flag: string, given: string | undefined, usual: string | undefined): string {
  const path = given ?? usual;
  if (path === undefined) {
    throw new UsageError(`${flag} is missing; --distribution NAME stands for the places of a distribution`);
  }
  if (!path.startsWith("/")) throw new UsageError(`${flag} ${path}: expected an absolute path on the node`);
  return path;
}

interface ConfigSource {
  readonly path: string;
  /** False where the one that is installed stays, and only executables are put in place. */
  readonly fresh: boolean;
}

function configSource(
  options: InstallOptions,
  directory: string,
  files: RootedWritableFiles,
  installed: string,
  platform: Platform,
): ConfigSource {
  const path = options.config ?? joinPath(directory, CONFIG_NAME);
  if (platform.fileSystem.status(path) !== undefined) return { path, fresh: true };
  const there = files.outside(installed);
  if (options.config === undefined && statusOf(files, installed) !== undefined) {
    return { path: files.outside(files.realPath(installed)), fresh: false };
  }
  throw new CommandError(
    `there is no configuration ${path}${options.config === undefined ? `, and none at ${there}` : ""}; imagecred init writes one`,
  );
}

function providerNames(path: string, platform: Platform): readonly string[] {
  return loadAcceptedConfig(path, {}, platform).config.providers.map(({ name }) => name);
}

function readFile(path: string, { fileSystem }: Platform): Uint8Array {
  try {
    return fileSystem.read(path, LARGEST_FILE);
  } catch (error) {
    throw new CommandError(`reading ${path}: ${systemReason(error)}`, { cause: error });
  }
}

function existingPlace({ paths }: NodeFile, files: RootedWritableFiles): string {
  return paths.find((path) => statusOf(files, parentOf(path)) !== undefined) ?? paths[0];
}

/** The machine that runs this, by this very executable. */
function ownMachine({ fileSystem, processInfo }: Platform): string | undefined {
  const own = inspectExecutable(fileSystem.read(processInfo.executable, EXECUTABLE_HEADER_BYTES));
  return own.kind === "elf" ? own.machine : undefined;
}
