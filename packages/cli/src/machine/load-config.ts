import {
  type ConfigReading,
  KubernetesVersionError,
  kubeletRules,
  LATEST_KUBERNETES,
  readConfig,
} from "@imagecred/kubelet";
import { joinPath } from "@imagecred/node";
import { CommandError, UsageError } from "../errors.ts";
import type { FileSystem, Platform } from "../runtime/types.ts";

/**
 * The minor version of `--kubernetes-version`, or of the newest known.
 * @throws {UsageError} for an unknown version: the result would be a guess
 */
export function minorVersion(version: string | undefined): number {
  try {
    const { minor } = kubeletRules(version);
    if (minor <= kubeletRules(LATEST_KUBERNETES).minor) return minor;
    throw new UsageError(
      `--kubernetes-version ${version}: unknown; this imagecred supports 1.26 to ${LATEST_KUBERNETES}, a newer one may support more`,
    );
  } catch (error) {
    if (error instanceof KubernetesVersionError)
      throw new UsageError(`--kubernetes-version: ${error.message}`);
    throw error;
  }
}

/** The kubelet that a configuration is checked for: its version (default: the newest known) and its feature gate for pods' tokens. */
export interface VersionRules {
  readonly kubernetesVersion?: string | undefined;
  readonly saTokens?: boolean | undefined;
}

/** Reads a configuration as the kubelet does. @throws {UsageError} for the version, @throws {CommandError} for a FIFO or a device */
export function loadConfig(
  path: string,
  { kubernetesVersion, saTokens }: VersionRules,
  platform: Platform,
): ConfigReading {
  minorVersion(kubernetesVersion);
  refuseWaiting(path, platform.fileSystem);
  return readConfig(path, {
    fileSystem: platform.fileSystem,
    crypto: platform.crypto,
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(saTokens === undefined ? {} : { saTokens }),
  });
}

/** Rejects a FIFO, a socket or a device: reading it would wait forever, as the kubelet does when it starts. */
function refuseWaiting(path: string, fileSystem: FileSystem): void {
  try {
    const kind = fileSystem.status(path)?.kind;
    if (kind === "fifo" || kind === "socket" || kind === "device") {
      throw new CommandError(
        `${path} is a ${kind}, not a file: the kubelet would wait for it and not start`,
        {
          fix: "remove it",
        },
      );
    }
    if (kind !== "directory") return;
    for (const name of fileSystem.list(path)) {
      if (
        /\.(?:json|yaml|yml)$/.test(name) &&
        fileSystem.status(joinPath(path, name))?.kind !== "directory"
      ) {
        refuseWaiting(joinPath(path, name), fileSystem);
      }
    }
  } catch (error) {
    // readConfig reports a path that cannot be read, with the kubelet's message.
    if (error instanceof CommandError) throw error;
  }
}

/**
 * The kubelet's error without the file's content, which can have secrets: the text for a file without kind or apiVersion
 * repeats the whole file, the text for an invalid key repeats its value.
 */
export function withoutContent(kubeletText: string): string {
  return kubeletText.replace(
    /(?<=Object '\w+' is missing in ')[\s\S]*(?=')|(?<=unsupported map key [\s\S]*, value: )[\s\S]*/,
    "…",
  );
}

/** Reads a configuration that the kubelet accepts. @throws {CommandError} with the kubelet's message if it rejects it */
export function loadAcceptedConfig(
  path: string,
  version: VersionRules,
  platform: Platform,
): ConfigReading & { readonly config: NonNullable<ConfigReading["config"]> } {
  const reading = loadConfig(path, version, platform);
  const { accepted, config } = reading;
  if (accepted && config !== undefined) return { ...reading, config };
  throw new CommandError(
    `the kubelet would not start with ${path}: ${withoutContent(reading.kubeletError ?? "")}`,
    { fix: `run imagecred validate ${path} to see where` },
  );
}
