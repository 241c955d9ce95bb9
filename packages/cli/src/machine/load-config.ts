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
 * @throws {UsageError} for a version that is not known: a verdict on it would be a guess
 */
export function minorVersion(version: string | undefined): number {
  try {
    const { minor } = kubeletRules(version);
    if (minor <= kubeletRules(LATEST_KUBERNETES).minor) return minor;
    throw new UsageError(
      `--kubernetes-version ${version}: not known; this imagecred knows 1.26 to ${LATEST_KUBERNETES}, and a newer one may know more`,
    );
  } catch (error) {
    if (error instanceof KubernetesVersionError)
      throw new UsageError(`--kubernetes-version: ${error.message}`);
    throw error;
  }
}

/** As which kubelet: its version (the newest known unless given), and its feature gate for pods' tokens. */
export interface JudgedVersion {
  readonly kubernetesVersion?: string | undefined;
  readonly saTokens?: boolean | undefined;
}

/** Reads a configuration as the kubelet does. @throws {UsageError} for the version, @throws {CommandError} for a file that never ends */
export function loadConfig(
  path: string,
  { kubernetesVersion, saTokens }: JudgedVersion,
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

/** Reading a FIFO waits until somebody writes into it: the kubelet then hangs when it starts, and so would we. */
function refuseWaiting(path: string, fileSystem: FileSystem): void {
  try {
    const kind = fileSystem.status(path)?.kind;
    if (kind === "fifo" || kind === "socket" || kind === "device") {
      throw new CommandError(`${path} is a ${kind} and no file: a kubelet would wait for it and not start`, {
        fix: "remove it",
      });
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
    // What cannot be looked at is readConfig's to tell, in the kubelet's words.
    if (error instanceof CommandError) throw error;
  }
}

/**
 * The kubelet's error, less the file's content, with whatever is secret in it: the text for a file without kind or
 * apiVersion repeats all of it, the text for a key that JSON does not have repeats the value.
 */
export function withoutContent(kubeletText: string): string {
  return kubeletText.replace(
    /(?<=Object '\w+' is missing in ')[\s\S]*(?=')|(?<=unsupported map key [\s\S]*, value: )[\s\S]*/,
    "…",
  );
}

/** A configuration that the kubelet takes. @throws {CommandError} with the kubelet's words for any other */
export function loadAcceptedConfig(
  path: string,
  judged: JudgedVersion,
  platform: Platform,
): ConfigReading & { readonly config: NonNullable<ConfigReading["config"]> } {
  const reading = loadConfig(path, judged, platform);
  const { accepted, config } = reading;
  if (accepted && config !== undefined) return { ...reading, config };
  throw new CommandError(
    `the kubelet would not start with ${path}: ${withoutContent(reading.kubeletError ?? "")}`,
    { fix: `imagecred validate ${path} shows where` },
  );
}
