import { CONFIG_NAME } from "../../distributions/config-yaml.ts";
import { DISTRIBUTIONS, distributionById } from "../../distributions/index.ts";
import type { Distribution, NodeFile } from "../../distributions/types.ts";
import { CommandError, systemReason, UsageError } from "../../errors.ts";
import { EXECUTABLE_HEADER_BYTES, inspectExecutable } from "../../machine/executable-format.ts";
import { loadAcceptedConfig } from "../../machine/load-config.ts";
import { absolute, below, joinPath, parentOf } from "../../machine/paths.ts";
import type { Platform } from "../../runtime/types.ts";
import type { InstallOptions } from "./definition.ts";
import { mergeExtraArgs } from "./extra-args.ts";
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
  readonly root: string;
  /** In the order in which they are put in place: the configuration last, as it is what refers to the others. */
  readonly placements: readonly Placement[];
  readonly sources: readonly Source[];
}

/** Reads and checks everything that will be installed; touches nothing. @throws {UsageError} @throws {CommandError} */
export function planInstall(options: InstallOptions, platform: Platform): InstallPlan {
  const { fileSystem, crypto, processInfo } = platform;
  const distribution = chosenDistribution(options.distribution);
  const directory = options.directory ?? ".";
  const root = absolute(options.root, processInfo.workingDirectory);
  const binDir = destination("--bin-dir", options.binDir, distribution?.binDir);
  const configPath = destination("--config-path", options.configPath, distribution?.configPath);
  const config = configSource(options, directory, below(root, configPath), platform);
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
    const to = below(root, joinPath(binDir, names[index] ?? ""));
    const { path, data, sha256 } = source;
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
  const nodeFiles = config.fresh
    ? (distribution?.nodeFiles ?? []).map((nodeFile) => {
        const from = joinPath(directory, nodeFile.name);
        const to = below(root, existingPlace(nodeFile, root, platform));
        return file("node-file", from, to, nodeFileContent(nodeFile, from, to, platform));
      })
    : [];
  const configs = config.fresh
    ? [file("config", config.path, below(root, configPath), readFile(config.path, platform))]
    : [];
  return {
    distribution,
    binDir,
    configPath,
    root,
    placements: [...executables, ...nodeFiles, ...configs],
    sources,
  };
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
  installed: string,
  platform: Platform,
): ConfigSource {
  const path = options.config ?? joinPath(directory, CONFIG_NAME);
  if (platform.fileSystem.status(path) !== undefined) return { path, fresh: true };
  if (options.config === undefined && platform.fileSystem.status(installed) !== undefined) {
    return { path: installed, fresh: false };
  }
  throw new CommandError(
    `there is no configuration ${path}${options.config === undefined ? `, and none at ${installed}` : ""}; imagecred init writes one`,
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

function existingPlace(file: NodeFile, root: string, { fileSystem }: Platform): string {
  return (
    file.paths.find((path) => fileSystem.status(below(root, parentOf(path))) !== undefined) ?? file.paths[0]
  );
}

function nodeFileContent(file: NodeFile, from: string, to: string, platform: Platform): Uint8Array {
  const data = readFile(from, platform);
  if (file.merge === "replace") return data;
  const there = platform.fileSystem.status(to) === undefined ? new Uint8Array() : readFile(to, platform);
  const decoder = new TextDecoder();
  return new TextEncoder().encode(mergeExtraArgs(decoder.decode(there), decoder.decode(data)));
}

/** The machine that runs this, by this very executable. */
function ownMachine({ fileSystem, processInfo }: Platform): string | undefined {
  const own = inspectExecutable(fileSystem.read(processInfo.executable, EXECUTABLE_HEADER_BYTES));
  return own.kind === "elf" ? own.machine : undefined;
}
