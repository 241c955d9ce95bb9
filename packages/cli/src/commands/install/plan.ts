import type { CredentialProvider, CredentialProviderConfig } from "@imagecred/kubelet";
import { flagValue, joinPath, kubeletPath, parentOf, readText } from "@imagecred/node";
import { CONFIG_NAME } from "../../distributions/config-yaml.ts";
import { DISTRIBUTIONS, distributionById } from "../../distributions/index.ts";
import type { Distribution, NodeFile } from "../../distributions/types.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { withFile } from "../../installation/overlay.ts";
import type { Placement } from "../../installation/place.ts";
import { sha256Hex } from "../../installation/sha256.ts";
import { openTarget, systemDoes, type Target } from "../../installation/target.ts";
import { secretsOf } from "../../lint/secret-lints.ts";
import { loadAcceptedConfig, loadConfig, type VersionRules } from "../../machine/load-config.ts";
import {
  CONFIG_FLAG,
  chooseVersion,
  kubeletOfMachine,
  type RunningKubelet,
} from "../../machine/running-kubelet.ts";
import { ownMachine } from "../../machine/start-problem.ts";
import type { Platform } from "../../runtime/types.ts";
import type { InstallOptions } from "./definition.ts";
import { identitiesFiles } from "./identities.ts";
import { checkRancherPlaces, flagsFile } from "./kubelet-flags.ts";
import { lossesOf } from "./losses.ts";
import { mergeConfigurations } from "./merge.ts";
import { readExecutable, type Source } from "./source.ts";

const EXECUTABLE_MODE = 0o755;
const FILE_MODE = 0o644;
const LARGEST_FILE = 16 << 20;

export interface InstallPlan {
  readonly distribution: Distribution | undefined;
  /** On the installed system, without --root. */
  readonly binDir: string;
  readonly configPath: string;
  /** Value for --image-credential-provider-config: `configPath`, or its directory. */
  readonly configFlag: string;
  readonly target: Target;
  /** In the order in which they are installed: each one refers only to those before it. */
  readonly placements: readonly Placement[];
  readonly sources: readonly Source[];
  /** The unchanged and the lost parts, each in a sentence. */
  readonly notes: readonly string[];
  /** Whether systemd has to read its units again. */
  readonly reload: boolean;
  /** Secrets in the configurations, to redact in differences. */
  readonly secrets: readonly string[];
}

/** Reads and checks everything that will be installed; writes nothing. @throws {UsageError} @throws {CommandError} */
export async function planInstall(options: InstallOptions, given: Platform): Promise<InstallPlan> {
  const platform = { ...given, fileSystem: readOnce(given.fileSystem) };
  const { fileSystem, crypto, processInfo } = platform;
  const distribution = chosenDistribution(options.distribution);
  const directory = options.directory ?? ".";
  if (options.directory !== undefined && fileSystem.status(directory) === undefined) {
    throw new CommandError(`there is no directory ${directory}: expected the one that imagecred init wrote`);
  }
  const target = openTarget(options.root, platform);
  refuseReadOnly(target);
  const binDir = destination("--bin-dir", options.binDir, distribution?.binDir);
  const place = destination("--config-path", options.configPath, distribution?.configPath);
  // The flag can name a directory of configurations; then ours is a file in it.
  const isDirectory = systemDoes(place, () => target.files.status(place)?.kind === "directory");
  const configPath = isDirectory ? joinPath(place, CONFIG_NAME) : place;
  // The kubelet that runs here will read the configuration; that of an image is not known.
  const running = target.root === "/" || options.restart === true ? kubeletOfMachine(given) : undefined;
  const kubelet = running?.state === "running" ? running.kubelet : undefined;
  const version = await chooseVersion(options, kubelet, given);
  const configFlag =
    !isDirectory && configOf(kubelet) === parentOf(configPath) ? parentOf(configPath) : place;
  const places = { directory, configPath, configFlag, binDir, running: configOf(kubelet) };
  const config = configSource(options, places, target, version, platform);
  const sources = config.names.map((name) =>
    readExecutable(
      name,
      {
        directories:
          options.executables === undefined
            ? [...new Set([directory, ".", parentOf(processInfo.executable)])]
            : [options.executables],
        checksums: options.checksums,
        machine: target.root === "/" || options.restart === true ? ownMachine(platform) : undefined,
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
  const file = (
    role: "config" | "identities" | "node-file",
    from: string,
    to: string,
    data: Uint8Array,
  ): Placement => {
    return { role, from, to, data, mode: FILE_MODE, needs: 0, sha256: sha256Hex(crypto, data) };
  };
  const notes: string[] = [...config.notes];
  const placements = [...executables];
  let reload = false;
  if (config.data !== undefined) {
    // Before the configuration that names them.
    for (const { from, to, data } of identitiesFiles(config.providers, directory, target, fileSystem))
      placements.push(file("identities", from, to, data));
    placements.push(file("config", config.path, configPath, config.data));
    if (distribution?.id === "k3s" || distribution?.id === "rke2") {
      checkRancherPlaces(target.files, distribution.id, configFlag, binDir);
    }
    for (const nodeFile of distribution?.nodeFiles ?? []) {
      const from = joinPath(directory, nodeFile.name);
      if (nodeFile.merge === "replace") {
        const text = withPlaces(readTextOf(from, platform), distribution, { configPath: configFlag, binDir });
        placements.push(file("node-file", from, existingPlace(nodeFile, target), encode(text)));
        continue;
      }
      const flags = systemDoes("the kubelet's flags", () =>
        flagsFile(target.files, nodeFile, configFlag, binDir),
      );
      const source = nodeFile.merge === "kubelet-extra-args" ? from : flags.path;
      // A snap's files move with every refresh, and its link `current` follows them.
      const links = nodeFile.merge === "argument-file" ? "kept" : "followed";
      placements.push({ ...file("node-file", source, flags.path, encode(flags.content)), links });
      reload ||= flags.reload;
    }
  }
  return {
    distribution,
    binDir,
    configPath,
    configFlag,
    // Opened again without the read cache: these files are read again after they were written.
    target: openTarget(options.root, given),
    placements,
    sources,
    notes,
    reload,
    secrets: config.secrets,
  };
}

/** The path on the node that the running kubelet's flag names. */
function configOf(kubelet: RunningKubelet | undefined): string | undefined {
  const flag = kubelet === undefined ? undefined : flagValue(kubelet.node.flags, CONFIG_FLAG)?.value;
  return kubelet === undefined || flag === undefined ? undefined : kubeletPath(kubelet.node, flag);
}

/** Systems on which files cannot be installed, by their ID in os-release(5). */
const READ_ONLY = new Map([
  ["talos", "Talos: its root is read-only, and the machine config configures the kubelet"],
  [
    "bottlerocket",
    "Bottlerocket: its root is read-only, and the kubelet's files are written from its settings at every boot",
  ],
]);

/** @throws {CommandError} with what to do instead */
function refuseReadOnly({ files }: Target): void {
  const text = ["/etc/os-release", "/usr/lib/os-release"]
    .map((path) => readText(files, path))
    .find(({ state }) => state === "read");
  const id = text?.state === "read" ? /^ID=["']?([\w.-]+)/m.exec(text.text)?.[1] : undefined;
  const why = id === undefined ? undefined : READ_ONLY.get(id);
  if (why === undefined) return;
  throw new CommandError(`this is ${why}; use imagecred init --distribution ${id} instead`);
}

/** Returns the same content each time a file is read: what was checked is what is installed. */
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

/** A distribution's own file with the chosen paths instead of the usual ones in its flags. */
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
    throw new UsageError(`--distribution ${id}: unknown; expected one of ${installable.join(", ")}`);
  }
  if (!distribution.installable) {
    throw new UsageError(
      `${distribution.title}: executables cannot be installed on running nodes; imagecred init --distribution ${id} writes what its images need`,
    );
  }
  return distribution;
}

function destination(flag: string, given: string | undefined, usual: string | undefined): string {
  const path = given ?? usual;
  if (path === undefined) {
    throw new UsageError(`${flag} is missing; give it, or --distribution NAME to use a distribution's paths`);
  }
  if (!path.startsWith("/")) throw new UsageError(`${flag} ${path}: expected an absolute path on the node`);
  return path;
}

interface ConfigSource {
  readonly path: string;
  /** The executables that it names. */
  readonly names: readonly string[];
  readonly providers: readonly CredentialProvider[];
  /** The configuration to install; undefined with --executables-only. */
  readonly data: Uint8Array | undefined;
  readonly notes: readonly string[];
  readonly secrets: readonly string[];
}

interface Places {
  /** The directory that init wrote. */
  readonly directory: string;
  readonly configPath: string;
  readonly configFlag: string;
  readonly binDir: string;
  /** The configuration that the running kubelet uses. */
  readonly running: string | undefined;
}

/** @throws {CommandError} if there is no configuration, or the kubelet would reject it */
function configSource(
  options: InstallOptions,
  { directory, configPath, configFlag, binDir, running }: Places,
  target: Target,
  version: VersionRules,
  platform: Platform,
): ConfigSource {
  const onTarget: Platform = { ...platform, fileSystem: { ...platform.fileSystem, ...target.files } };
  const shown = target.files.outside(configPath);
  const installed = systemDoes(configPath, () => target.files.status(configPath));
  if (options.executablesOnly === true) {
    if (installed === undefined)
      throw new CommandError(`--executables-only: there is no configuration at ${shown}`);
    const { config } = loadAcceptedConfig(configPath, version, onTarget);
    const names = config.providers.map(({ name }) => name);
    const note = `${shown} and the kubelet's flags stay as they are (--executables-only).`;
    return {
      path: configPath,
      names,
      providers: config.providers,
      data: undefined,
      notes: [note],
      secrets: [],
    };
  }
  const path = options.config ?? joinPath(directory, CONFIG_NAME);
  if (platform.fileSystem.status(path) === undefined) {
    throw new CommandError(
      `there is no configuration ${path}; write one with imagecred init, or keep the installed one with --executables-only`,
    );
  }
  const fresh = loadAcceptedConfig(path, version, platform).config;
  const given = systemDoes(`reading ${path}`, () => platform.fileSystem.read(path, LARGEST_FILE));
  // If ours is installed at another path, the kubelet no longer reads the one that it uses now.
  const oldPath = installed === undefined && configFlag === configPath ? (running ?? configPath) : configPath;
  const isFile = systemDoes(oldPath, () => target.files.status(oldPath)?.kind === "file");
  const old = isFile ? loadConfig(oldPath, version, onTarget).config : undefined;
  const losses = old === undefined ? [] : lossesOf(old, fresh);
  const { providers } = fresh;
  const names = providers.map(({ name }) => name);
  const secrets = [...secretsOf(fresh), ...(old === undefined ? [] : secretsOf(old))];
  const merge = options.merge === true && losses.length > 0;
  const data = merge
    ? encode(
        mergeConfigurations(
          new TextDecoder().decode(given),
          new TextDecoder().decode(target.files.read(oldPath, LARGEST_FILE)),
        ),
      )
    : given;
  const result = acceptedAs(data, { configPath, configFlag }, target, version, onTarget);
  if (losses.length === 0) return { path, names, providers, data, notes: [], secrets };
  if (!merge) {
    const list = losses.slice(0, MOST_LOSSES).join(", ");
    const more = losses.length > MOST_LOSSES ? ` and ${losses.length - MOST_LOSSES} more` : "";
    const note = `The new configuration lacks what ${target.files.outside(oldPath)} has: ${list}${more}. --merge keeps other providers and patterns${oldPath === configPath ? "; the backup has the rest" : ""}.`;
    return { path, names, providers, data, notes: [note], secrets };
  }
  const others = (old?.providers ?? []).map(({ name }) => name).filter((name) => !names.includes(name));
  for (const name of others) requireExecutable(name, binDir, target);
  const lost = old === undefined ? [] : lossesOf(old, result);
  const kept = losses.filter((one) => !lost.includes(one));
  const notes = [
    `Kept from ${target.files.outside(oldPath)}: ${kept.join(", ")}.`,
    ...(lost.length === 0 ? [] : [`Not kept: ${lost.join(", ")}.`]),
  ];
  return { path, names, providers, data, notes, secrets };
}

/**
 * The configuration that the kubelet reads once the file has this content: the file alone, or with the others in its
 * directory.
 * @throws {CommandError} with the kubelet's message if it rejects it
 */
function acceptedAs(
  data: Uint8Array,
  { configPath, configFlag }: Pick<Places, "configPath" | "configFlag">,
  target: Target,
  version: VersionRules,
  onTarget: Platform,
): CredentialProviderConfig {
  const files = withFile(target.files, configPath, data);
  const platform = { ...onTarget, fileSystem: { ...onTarget.fileSystem, ...files } };
  if (configFlag === configPath) return loadAcceptedConfig(configPath, version, platform).config;
  try {
    return loadAcceptedConfig(configFlag, version, platform).config;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const directory = target.files.outside(configFlag);
    const advice = /registered twice|duplicate|Duplicate/.test(error.message)
      ? `; another file in ${directory} has the same provider: remove it there, or install over that file with --config-path (--merge keeps its other providers)`
      : "";
    throw new CommandError(
      `${target.files.outside(configPath)} conflicts with the other files in ${directory}: ${error.message}${advice}`,
      { cause: error },
    );
  }
}

/** @throws {CommandError} if a provider's executable is missing: the kubelet would not start */
function requireExecutable(name: string, binDir: string, { files }: Target): void {
  const path = joinPath(binDir, name);
  if (systemDoes(files.outside(path), () => files.status(path)?.kind) === "file") return;
  throw new CommandError(
    `--merge keeps the provider ${name}, but its executable ${files.outside(path)} does not exist: the kubelet would not start; ` +
      "copy it there first, or install without --merge",
  );
}

const MOST_LOSSES = 6;

function readTextOf(path: string, { fileSystem }: Platform): string {
  return systemDoes(`reading ${path}`, () => new TextDecoder().decode(fileSystem.read(path, LARGEST_FILE)));
}

function existingPlace(file: NodeFile, { files }: Target): string {
  return file.paths.find((path) => files.status(parentOf(path)) !== undefined) ?? file.paths[0];
}
