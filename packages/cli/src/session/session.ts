import {
  type ConfigReading,
  type CredentialProviderConfig,
  ImageCredentialProviders,
  type ImageName,
  ImageNameError,
  matchImage,
  parseImageName,
} from "@imagecred/kubelet";
import { baseName, describeUnsafe, joinPath, type UnsafeEntry, unsafeFile } from "@imagecred/node";
import type { ProgramRequest, ProgramResult } from "@imagecred/protocol";
import { CommandError, UsageError } from "../errors.ts";
import { loadAcceptedConfig } from "../machine/load-config.ts";
import { absolute } from "../machine/paths.ts";
import { findPlaces, type Places } from "../machine/places.ts";
import {
  type JudgedAs,
  judgedAs,
  kubeletOfMachine,
  type RunningKubelet,
} from "../machine/running-kubelet.ts";
import { describeStart } from "../machine/start-problem.ts";
import type { Platform } from "../runtime/types.ts";
import { type PodIdentity, type PodOptions, podIdentity } from "./pod.ts";

export interface SessionOptions extends PodOptions {
  readonly image: string;
  readonly config?: string;
  readonly binDir?: string;
  readonly kubernetesVersion?: string;
  readonly featureGates?: string;
  readonly envFrom?: "kubelet" | "shell";
}

/** One run of a plugin's executable. */
export interface PluginRun {
  readonly provider: string;
  readonly ms: number;
  readonly result: ProgramResult | undefined;
}

/** Whose environment the plugins inherit. */
export interface EnvironmentSource {
  readonly source: "kubelet" | "shell";
  /** Process of the kubelet. */
  readonly pid: number | null;
}

/** Everything that is settled before a plugin runs. */
export interface Session {
  readonly image: ImageName;
  readonly places: Places & { readonly binDir: string };
  readonly reading: ConfigReading & { readonly config: CredentialProviderConfig };
  readonly environmentSource: EnvironmentSource;
  /** By which version and feature gates. */
  readonly judged: JudgedAs;
  /** The kubelet of this machine, where one runs. */
  readonly kubelet: RunningKubelet | undefined;
  readonly podIdentity: PodIdentity | undefined;
  readonly providers: ImageCredentialProviders;
  /** Filled while plugins run. */
  readonly runs: readonly PluginRun[];
}

export interface SessionHooks {
  /** Changes a plugin's request before it runs (more variables, a listener). */
  readonly prepare?: (request: ProgramRequest, provider: string) => ProgramRequest;
}

/**
 * Milliseconds that we wait for processes that a plugin left behind with its output in their hands. The kubelet would wait
 * as long as they live; a tool that hangs tells nobody why.
 */
const WAIT_AFTER_EXIT_MS = 5_000;

/** @throws {UsageError} @throws {CommandError} */
export async function openSession(
  options: SessionOptions,
  platform: Platform,
  hooks: SessionHooks = {},
): Promise<Session> {
  const image = imageName(options.image);
  const machine = kubeletOfMachine(platform);
  const kubelet = machine.state === "running" ? machine.kubelet : undefined;
  const found = findPlaces(options, platform, machine);
  const { binDir } = found;
  if (binDir === undefined)
    throw new UsageError("the directory of the executables is not known; --bin-dir names it");
  const places = { ...found, binDir: absolute(binDir, platform.processInfo.workingDirectory) };
  const judged = await judgedAs(options, places.kubelet, platform);
  const { kubernetesVersion, saTokens } = judged;
  const reading = loadAcceptedConfig(places.config, judged, platform);
  const { environment, source } = environmentOf(options.envFrom, kubelet, platform);
  refuseUnsafe(image, reading.config, places, platform);
  const pod = podIdentity(options, platform);
  const runs: PluginRun[] = [];
  const providers = new ImageCredentialProviders(reading.config, {
    binDir: places.binDir,
    fileSystem: platform.fileSystem,
    clock: platform.clock,
    crypto: platform.crypto,
    environment,
    ...(pod === undefined ? {} : { serviceAccounts: pod.serviceAccounts }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(saTokens === undefined ? {} : { saTokens }),
    runProgram: async (request) => {
      const provider = baseName(request.file);
      const started = platform.clock.now();
      let result: ProgramResult | undefined;
      try {
        refuseUnstartable(request.file, platform);
        const prepared = hooks.prepare?.(request, provider) ?? request;
        result = await platform.runProgram({ ...prepared, maxWaitAfterExitMs: WAIT_AFTER_EXIT_MS });
        return result;
      } finally {
        runs.push({ provider, ms: platform.clock.now() - started, result });
      }
    },
  });
  return {
    image,
    places,
    reading,
    judged,
    environmentSource: source,
    kubelet,
    podIdentity: pod,
    providers,
    runs,
  };
}

/**
 * Root runs no plugin that somebody else could exchange or point elsewhere: its file, the configuration, and every
 * directory and link on the way to both. @throws {CommandError}
 */
function refuseUnsafe(
  image: ImageName,
  { providers }: CredentialProviderConfig,
  { config, binDir }: Places & { readonly binDir: string },
  { fileSystem, processInfo }: Platform,
): void {
  if (processInfo.userId !== 0) return;
  const run = providers.filter(({ matchImages }) =>
    matchImages?.some((pattern) => matchImage(pattern, image.repo).matched),
  );
  const files = [config, ...run.map(({ name }) => joinPath(binDir, name))];
  for (const file of run.length === 0 ? [] : files) {
    const unsafe = unsafeOf(fileSystem, absolute(file, processInfo.workingDirectory));
    if (unsafe !== undefined) {
      throw new CommandError(
        `${describeUnsafe(unsafe)}, and decides what ${file} is: root does not run plugins by it; chown root:root and chmod go-w ${unsafe.path}, or run this without sudo`,
      );
    }
  }
}

function unsafeOf(fileSystem: Platform["fileSystem"], file: string): UnsafeEntry | undefined {
  try {
    return unsafeFile(fileSystem, "/", file);
  } catch {
    // What cannot be reached is not run either, and the kubelet's check says why.
    return undefined;
  }
}

/** @throws {Error} with the code that execve(2) answers, as the kubelet gets it */
function refuseUnstartable(file: string, platform: Platform): void {
  const { problem } = describeStart(file, platform);
  if (problem !== undefined)
    throw Object.assign(new Error(`${file} ${problem.reason}`), { code: problem.code });
}

/** @throws {CommandError} with the kubelet's words */
export function imageName(text: string): ImageName {
  try {
    return parseImageName(text);
  } catch (error) {
    if (!(error instanceof ImageNameError)) throw error;
    throw new CommandError(`the kubelet would not take the image name: ${error.message}`, { cause: error });
  }
}

function environmentOf(
  wanted: SessionOptions["envFrom"],
  kubelet: RunningKubelet | undefined,
  platform: Platform,
): { environment: Readonly<Record<string, string | undefined>>; source: EnvironmentSource } {
  if (wanted !== "shell" && kubelet?.env !== undefined) {
    return { environment: kubelet.env, source: { source: "kubelet", pid: kubelet.pid } };
  }
  if (wanted === "kubelet") {
    const why =
      kubelet === undefined
        ? "no kubelet runs here"
        : `process ${kubelet.pid} is not for this user to read; use sudo`;
    throw new CommandError(`--env-from kubelet: ${why}`);
  }
  return { environment: platform.stdio.env, source: { source: "shell", pid: null } };
}
