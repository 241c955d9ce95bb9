import { joinPath, parentOf } from "@imagecred/node";
import { CONFIG_NAME } from "../../distributions/config-yaml.ts";
import { DISTRIBUTIONS, distributionById } from "../../distributions/index.ts";
import type { Distribution, NodeFile } from "../../distributions/types.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { type JudgedVersion, loadAcceptedConfig, loadConfig } from "../../machine/load-config.ts";
import { judgedAs, kubeletOfMachine } from "../../machine/running-kubelet.ts";
import { ownMachine } from "../../machine/start-problem.ts";
import type { Platform } from "../../runtime/types.ts";
import type { InstallOptions } from "./definition.ts";
import { checkRancherPlaces, flagsFile } from "./kubelet-flags.ts";
import { lossesOf } from "./losses.ts";
import { mergeConfigurations } from "./merge.ts";
import type { Placement } from "./place.ts";
import { sha256Hex } from "./sha256.ts";
import { readExecutable, type Source } from "./source.ts";
import { openTarget, systemDoes, type Target } from "./target.ts";

const EXECUTABLE_MODE = 0o755;
const FILE_MODE = 0o644;
const LARGEST_FILE = 16 << 20;

export interface InstallPlan {
  readonly distribution: Distribution | undefined;
  /** On the installed system, without --root. */
  readonly binDir: string;
  readonly configPath: string;
  readonly target: Target;
  /** In the order in which they are put in place: each refers to those before it. */
  readonly placements: readonly Placement[];
  readonly sources: readonly Source[];
  /** What is left as it is, and what is lost; each a sentence. */
  readonly notes: readonly string[];
  /** Whether systemd has to read its units again. */
  readonly reload: boolean;
}

/** Reads and checks everything that will be installed; touches nothing. @throws {UsageError} @throws {CommandError} */
export async function planInstall(options: InstallOptions, given: Platform): Promise<InstallPlan> {
  const platform = { ...given, fileSystem: readOnce(given.fileSystem) };
  const { fileSystem, crypto, processInfo } = platform;
  const distribution = chosenDistribution(options.distribution);
  const directory = options.directory ?? ".";
  if (options.directory !== undefined && fileSystem.status(directory) === undefined) {
    throw new CommandError(`there is no directory ${directory}: name the one that imagecred init wrote`);
  }
  const target = openTarget(options.root, platform);
  const binDir = destination("--bin-dir", options.binDir, distribution?.binDir);
  const place = destination("--config-path", options.configPath, distribution?.configPath);
  // The flag names a directory of configurations, and ours is a file in it.
  const isDirectory = systemDoes(place, () => target.files.status(place)?.kind === "directory");
  const configPath = isDirectory ? joinPath(place, CONFIG_NAME) : place;
  // The kubelet that runs here is the one that will read it; an image's is not known.
  const running = target.root === "/" ? kubeletOfMachine(given) : undefined;
  const judged = await judgedAs(options, running?.state === "running" ? running.kubelet : undefined, given);
  const config = configSource(options, directory, configPath, target, judged, platform);
  const sources = config.names.map((name) =>
    readExecutable(
      name,
      {
        directories:
          options.executables === undefined
            ? [...new Set([directory, ".", parentOf(processInfo.executable)])]
            : [options.executables],
        checksums: options.checksums,
        machine: target.root === "/" ? ownMachine(platform) : undefined,
      },
      fileSystem,
      crypto,
    ),
  );
  const executables = sources.map(({ path, data, sha256 }, index): Placement => {
    const to = joinPath(binDir, config.names[index] ?? "");
    return {
      role: "executable",
      from: path,
      to,
      data,
      mode: EXECUTABLE_MODE,
      needs: EXECUTABLE_MODE,
      sha256,
    };
  });
  const file = (role: "config" | "node-file", from: string, to: string, data: Uint8Array): Placement => {
    return { role, from, to, data, mode: FILE_MODE, needs: 0, sha256: sha256Hex(crypto, data) };
  };
  const notes: string[] = [...config.notes];
  const placements = [...executables];
  let reload = false;
  if (config.data !== undefined) {
    placements.push(file("config", config.path, configPath, config.data));
    if (distribution?.id === "k3s" || distribution?.id === "rke2") {
      checkRancherPlaces(target.files, distribution.id, place, binDir);
    }
    for (const nodeFile of distribution?.nodeFiles ?? []) {
      const from = joinPath(directory, nodeFile.name);
      if (nodeFile.merge === "replace") {
        const text = withPlaces(readText(from, platform), distribution, { configPath: place, binDir });
        placements.push(file("node-file", from, existingPlace(nodeFile, target), encode(text)));
        continue;
      }
      const flags = systemDoes("the kubelet's flags", () =>
        flagsFile(target.files, nodeFile.paths, place, binDir),
      );
      placements.push(file("node-file", from, flags.path, encode(flags.content)));
      reload ||= flags.reload;
    }
  }
  return { distribution, binDir, configPath, target, placements, sources, notes, reload };
}

/** Every file as it was read first: what is checked is what is copied. */
function readOnce(fileSystem: Platform["fileSystem"]): Platform["fileSystem"] {
  const read = new Map<string, Uint8Array>();
  return {
    ...fileSystem,
    read(path, maxBytes) {
      const before = read.get(path);
      if (before !== undefined && before.length >= maxBytes) return before.subarray(0, maxBytes);
      const data = fileSystem.read(path, Math.max(maxBytes, LARGEST_FILE));
      if (before !== undefined && !startsWith(data, before)) {
        throw new CommandError(`${path} changed while it was being read; try again`);
      }
      read.set(path, data);
      return data.subarray(0, maxBytes);
    },
  };
}

function startsWith(data: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => data[index] === byte);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A distribution's own file, whose flags name its usual places, for the places that were chosen. */
function withPlaces(
  text: string,
  distribution: Distribution | undefined,
  { configPath, binDir }: { readonly configPath: string; readonly binDir: string },
): string {
  if (distribution === undefined) return text;
  return text
    .replaceAll(
      `image-credential-provider-config=${distribution.configPath}`,
      `image-credential-provider-config=${configPath}`,
    )
    .replaceAll(
      `image-credential-provider-bin-dir=${distribution.binDir}`,
      `image-credential-provider-bin-dir=${binDir}`,
    );
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
  /** The executables that it names. */
  readonly names: readonly string[];
  /** What to install; undefined where the installed one stays, and only executables are put in place. */
  readonly data: Uint8Array | undefined;
  readonly notes: readonly string[];
}

/** @throws {CommandError} when there is none, and only executables were not asked for */
function configSource(
  options: InstallOptions,
  directory: string,
  configPath: string,
  target: Target,
  judged: JudgedVersion,
  platform: Platform,
): ConfigSource {
  const onTarget: Platform = { ...platform, fileSystem: { ...platform.fileSystem, ...target.files } };
  const installed = systemDoes(configPath, () => target.files.status(configPath));
  if (options.executablesOnly === true) {
    if (installed === undefined) {
      throw new CommandError(
        `--executables-only: there is no configuration at ${target.files.outside(configPath)}`,
      );
    }
    const { config } = loadAcceptedConfig(configPath, judged, onTarget);
    const names = config.providers.map(({ name }) => name);
    const note = `${target.files.outside(configPath)} and the kubelet's flags stay as they are (--executables-only).`;
    return { path: configPath, names, data: undefined, notes: [note] };
  }
  const path = options.config ?? joinPath(directory, CONFIG_NAME);
  if (platform.fileSystem.status(path) === undefined) {
    throw new CommandError(
      `there is no configuration ${path}; imagecred init writes one, and --executables-only keeps the installed one`,
    );
  }
  const fresh = loadAcceptedConfig(path, judged, platform).config;
  const data = systemDoes(`reading ${path}`, () => platform.fileSystem.read(path, LARGEST_FILE));
  const old = installed?.kind === "file" ? loadConfig(configPath, judged, onTarget).config : undefined;
  const losses = old === undefined ? [] : lossesOf(old, fresh);
  const names = fresh.providers.map(({ name }) => name);
  if (losses.length === 0) return { path, names, data, notes: [] };
  if (options.merge !== true) {
    const shown = losses.slice(0, MOST_LOSSES).join(", ");
    const more = losses.length > MOST_LOSSES ? ` and ${losses.length - MOST_LOSSES} more` : "";
    const note = `${target.files.outside(configPath)} had what the new one lacks: ${shown}${more}. --merge keeps other providers and patterns; the backup has the rest.`;
    return { path, names, data, notes: [note] };
  }
  const decoder = new TextDecoder();
  const text = mergeConfigurations(
    decoder.decode(data),
    decoder.decode(target.files.read(configPath, LARGEST_FILE)),
  );
  const merged = encode(text);
  loadAcceptedConfig(path, judged, {
    ...platform,
    fileSystem: { ...platform.fileSystem, read: (_, maxBytes) => merged.subarray(0, maxBytes) },
  });
  return { path, names, data: merged, notes: [] };
}

const MOST_LOSSES = 6;

function readText(path: string, { fileSystem }: Platform): string {
  return systemDoes(`reading ${path}`, () => new TextDecoder().decode(fileSystem.read(path, LARGEST_FILE)));
}

function existingPlace(file: NodeFile, { files }: Target): string {
  return file.paths.find((path) => files.status(parentOf(path)) !== undefined) ?? file.paths[0];
}
