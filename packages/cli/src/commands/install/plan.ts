import { CONFIG_NAME } from "../../distributions/config-yaml.ts";
import { DISTRIBUTIONS, distributionById } from "../../distributions/index.ts";
import type { Distribution, NodeFile } from "../../distributions/types.ts";
import { EXECUTABLE_HEADER_BYTES, inspectExecutable } from "../../elf.ts";
import { CommandError, systemReason, UsageError } from "../../errors.ts";
import { loadAcceptedConfig } from "../../load-config.ts";
import { absolute, below, joinPath, parentOf } from "../../paths.ts";
import type { World } from "../../world.ts";
import { mergeExtraArgs } from "./extra-args.ts";
import type { InstallOptions } from "./index.ts";
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
export function planInstall(options: InstallOptions, world: World): InstallPlan {
  const { disk, crypto, surroundings } = world;
  const distribution = chosenDistribution(options.distribution);
  const directory = options.directory ?? ".";
  const root = absolute(options.root, surroundings.workingDirectory);
  const binDir = destination("--bin-dir", options.binDir, distribution?.binDir);
  const configPath = destination("--config-path", options.configPath, distribution?.configPath);
  const config = configSource(options, directory, below(root, configPath), world);
  const names = providerNames(config.path, world);
  const sources = names.map((name) =>
    readExecutable(
      name,
      {
        directories:
          options.executables === undefined
            ? [directory, parentOf(surroundings.executable)]
            : [options.executables],
        checksums: options.checksums,
        machine: options.root === "/" ? ownMachine(world) : undefined,
      },
      disk,
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
        const to = below(root, existingPlace(nodeFile, root, world));
        return file("node-file", from, to, nodeFileContent(nodeFile, from, to, world));
      })
    : [];
  const configs = config.fresh
    ? [file("config", config.path, below(root, configPath), readFile(config.path, world))]
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
  world: World,
): ConfigSource {
  const path = options.config ?? joinPath(directory, CONFIG_NAME);
  if (world.disk.status(path) !== undefined) return { path, fresh: true };
  if (options.config === undefined && world.disk.status(installed) !== undefined) {
    return { path: installed, fresh: false };
  }
  throw new CommandError(
    `there is no configuration ${path}${options.config === undefined ? `, and none at ${installed}` : ""}; imagecred init writes one`,
  );
}

function providerNames(path: string, world: World): readonly string[] {
  return loadAcceptedConfig(path, undefined, world).config.providers.map(({ name }) => name);
}

function readFile(path: string, { disk }: World): Uint8Array {
  try {
    return disk.read(path, LARGEST_FILE);
  } catch (error) {
    throw new CommandError(`reading ${path}: ${systemReason(error)}`, { cause: error });
  }
}

function existingPlace(file: NodeFile, root: string, { disk }: World): string {
  return file.paths.find((path) => disk.status(below(root, parentOf(path))) !== undefined) ?? file.paths[0];
}

function nodeFileContent(file: NodeFile, from: string, to: string, world: World): Uint8Array {
  const data = readFile(from, world);
  if (file.merge === "replace") return data;
  const there = world.disk.status(to) === undefined ? new Uint8Array() : readFile(to, world);
  const decoder = new TextDecoder();
  return new TextEncoder().encode(mergeExtraArgs(decoder.decode(there), decoder.decode(data)));
}

/** The machine that runs this, by this very executable. */
function ownMachine({ disk, surroundings }: World): string | undefined {
  const own = inspectExecutable(disk.read(surroundings.executable, EXECUTABLE_HEADER_BYTES));
  return own.kind === "elf" ? own.machine : undefined;
}
