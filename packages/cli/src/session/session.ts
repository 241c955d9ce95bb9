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
  type JudgedAs,
  judgedAs,
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
  /** Whether plugins run below the kubelet's own root, where it has one. */
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
  const found = kubeletOfMachine(platform);
  const kubelet = found.state === "running" ? found.kubelet : undefined;
  const located = findPlaces(options, platform, found);
  const { binDir } = located;
  if (binDir === undefined)
    throw new UsageError("the directory of the executables is not known; --bin-dir names it");
  const there = platformAt(located, platform);
  const places = { ...located, binDir: absolute(binDir, there.processInfo.workingDirectory) };
  const judged = await judgedAs(options, places.kubelet, platform);
  const { kubernetesVersion, saTokens } = judged;
  const reading = loadAcceptedConfig(places.config, judged, there);
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
    judged,
    environmentSource: source,
    kubelet,
    rooted: rooted.state,
    podIdentity: pod,
    providers,
    runs,
  };
}

/** The provider that has an executable; on Windows its file has an extension more. */
function providerOf(file: string): string {
  const name = baseName(file);
  return isWindowsPath(file) ? name.replace(WINDOWS_PROGRAM, "") : name;
}

/**
 * Root runs no plugin that somebody else could exchange or point elsewhere: its file, the configuration, and every
 * directory and link on the way to both. @throws {CommandError}
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
        `${describeUnsafe(unsafe)}, and decides what ${file} is: root does not run plugins by it`,
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
    // What cannot be reached is not run either, and the kubelet's check says why.
    return undefined;
  }
}

/** @throws {Error} with the code that execve(2) answers, as the kubelet gets it */
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

/** @throws {CommandError} with the kubelet's words */
export function imageName(text: string): ImageName {
  try {
    return parseImageName(text);
  } catch (error) {
    if (!(error instanceof ImageNameError)) throw error;
    throw new CommandError(`the kubelet refuses the image name: ${error.message}`, {
      cause: error,
      subject: "image",
      fix: "write it as in a pod's spec: REGISTRY/REPOSITORY:TAG",
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
      : new CommandError(`--env-from kubelet: process ${kubelet.pid} is not for this user to read`, {
          subject: "environment",
          fix: "use sudo",
        });
  }
  return { environment: platform.stdio.env, source: { source: "shell", pid: null } };
}
