import {
  type ConfigReading,
  type CredentialProviderConfig,
  executablePath,
  ImageCredentialProviders,
  type ImageName,
  ImageNameError,
  isWindowsPath,
  matchImage,
  parseImageName,
  WINDOWS_PROGRAM,
} from "@imagecred/kubelet";
import { baseName, describeUnsafe, type UnsafeEntry, unsafeFile } from "@imagecred/node";
import type { ProgramRequest, ProgramResult } from "@imagecred/protocol";
import { CommandError, UsageError } from "../errors.ts";
import { loadAcceptedConfig } from "../machine/load-config.ts";
import { absolute } from "../machine/paths.ts";
import { findPlaces, type Places, platformAt } from "../machine/places.ts";
import {
  type ChosenVersion,
  chooseVersion,
  kubeletOfMachine,
  type RunningKubelet,
} from "../machine/running-kubelet.ts";
import { examineStart, ownMachine } from "../machine/start-problem.ts";
import type { Platform } from "../runtime/types.ts";
import { type PodIdentity, type PodOptions, podIdentity } from "./pod.ts";
import { type RootedRun, runInRoot } from "./run-in-root.ts";

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

/** The process whose environment the plugins inherit. */
export interface EnvironmentSource {
  readonly source: "kubelet" | "shell";
  /** Process ID of the kubelet; null for the shell. */
  readonly pid: number | null;
}

/** Everything that is known before a plugin runs. */
export interface Session {
  readonly image: ImageName;
  readonly places: Places & { readonly binDir: string };
  readonly reading: ConfigReading & { readonly config: CredentialProviderConfig };
  readonly environmentSource: EnvironmentSource;
  /** Version and feature gates of the kubelet that is checked for. */
  readonly version: ChosenVersion;
  /** The running kubelet of this machine. */
  readonly kubelet: RunningKubelet | undefined;
  /** Whether plugins run below the kubelet's own root, if it has one. */
  readonly rooted: RootedRun["state"];
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
 * Milliseconds to wait for processes that a plugin left running with its output open. The kubelet waits as long as they run;
 * a command-line tool must not hang.
 */
const WAIT_AFTER_EXIT_MS = 5_000;

/** @throws {UsageError} @throws {CommandError} */
export async function openSession(
  options: SessionOptions,
  platform: Platform,
  hooks: SessionHooks = {},
): Promise<Session> {
  const image = imageName(options.image);
  const found = kubeletOfMachine(platform);
  const kubelet = found.state === "running" ? found.kubelet : undefined;
  const located = findPlaces(options, platform, found);
  const { binDir } = located;
  if (binDir === undefined)
    throw new UsageError("the directory of the executables is not known; give it with --bin-dir");
  const there = platformAt(located, platform);
  const places = { ...located, binDir: absolute(binDir, there.processInfo.workingDirectory) };
  const version = await chooseVersion(options, places.kubelet, platform);
  const { kubernetesVersion, saTokens } = version;
  const reading = loadAcceptedConfig(places.config, version, there);
  const { environment, source } = environmentOf(options.envFrom, kubelet, platform);
  refuseUnsafe(image, reading.config, places, there, platform.fileSystem);
  const pod = podIdentity(options, platform);
  const machine = ownMachine(platform);
  const rooted = runInRoot(places, platform);
  const runs: PluginRun[] = [];
  const providers = new ImageCredentialProviders(reading.config, {
    binDir: places.binDir,
    fileSystem: places.fileSystem,
    clock: platform.clock,
    crypto: platform.crypto,
    environment,
    ...(pod === undefined ? {} : { serviceAccounts: pod.serviceAccounts }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(saTokens === undefined ? {} : { saTokens }),
    runProgram: async (request) => {
      const provider = providerOf(request.file);
      const started = platform.clock.now();
      let result: ProgramResult | undefined;
      try {
        refuseUnstartable(request.file, places.fileSystem, machine);
        const prepared = rooted.prepare(hooks.prepare?.(request, provider) ?? request);
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
    version,
    environmentSource: source,
    kubelet,
    rooted: rooted.state,
    podIdentity: pod,
    providers,
    runs,
  };
}

/** The provider's name of an executable; on Windows without the extension. */
function providerOf(file: string): string {
  const name = baseName(file);
  return isWindowsPath(file) ? name.replace(WINDOWS_PROGRAM, "") : name;
}

/**
 * Root does not run a plugin that other users could replace or redirect: checks its file, the configuration, and every
 * directory and link in their paths. @throws {CommandError}
 */
function refuseUnsafe(
  image: ImageName,
  { providers }: CredentialProviderConfig,
  { root, config, binDir }: Places & { readonly binDir: string },
  { processInfo }: Platform,
  fileSystem: Platform["fileSystem"],
): void {
  if (processInfo.userId !== 0) return;
  const run = providers.filter(({ matchImages }) =>
    matchImages?.some((pattern) => matchImage(pattern, image.repo).matched),
  );
  const files = [config, ...run.map(({ name }) => executablePath(binDir, name, fileSystem))];
  for (const file of run.length === 0 ? [] : files) {
    const unsafe = unsafeOf(fileSystem, root, absolute(file, processInfo.workingDirectory));
    if (unsafe !== undefined) {
      throw new CommandError(
        `${describeUnsafe(unsafe)}, so other users could replace ${file}: imagecred does not run it as root`,
        {
          subject: file === config ? "configuration" : "executable",
          fix: `chown root:root and chmod go-w ${unsafe.path}, or run this without sudo`,
        },
      );
    }
  }
}

function unsafeOf(fileSystem: Platform["fileSystem"], root: string, file: string): UnsafeEntry | undefined {
  try {
    return unsafeFile(fileSystem, root, file);
  } catch {
    // A file that cannot be reached is not run either, and the kubelet's check reports why.
    return undefined;
  }
}

/** @throws {Error} with the error code of execve(2), as the kubelet gets it */
function refuseUnstartable(
  file: string,
  fileSystem: Platform["fileSystem"],
  machine: string | undefined,
): void {
  const start = examineStart(file, fileSystem, machine);
  if (start.state === "unreadable" || start.problem === undefined) return;
  const { code, reason } = start.problem;
  throw Object.assign(new Error(`${file} ${reason}`), { code });
}

/** @throws {CommandError} with the kubelet's message */
export function imageName(text: string): ImageName {
  try {
    return parseImageName(text);
  } catch (error) {
    if (!(error instanceof ImageNameError)) throw error;
    throw new CommandError(`the kubelet rejects the image name: ${error.message}`, {
      cause: error,
      subject: "image",
      fix: "write it as in a pod spec: REGISTRY/REPOSITORY:TAG",
    });
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
    throw kubelet === undefined
      ? new CommandError("--env-from kubelet: no kubelet runs here", { subject: "environment" })
      : new CommandError(`--env-from kubelet: you cannot read the environment of process ${kubelet.pid}`, {
          subject: "environment",
          fix: "use sudo",
        });
  }
  return { environment: platform.stdio.env, source: { source: "shell", pid: null } };
}
