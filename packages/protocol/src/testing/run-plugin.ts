import { crypto, runShell, transport } from "#runtime";
import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import type { Environment } from "../environment.ts";
import { type Files, systemFiles } from "../files.ts";
import type { Transport } from "../http/transport.ts";
import type { CredentialProvider } from "../provider.ts";
import { run } from "../run.ts";
import { API_VERSIONS, type ApiVersion } from "../wire/api-version.ts";

/** What the kubelet asks, and what the plugin has around it. */
export interface PluginRunOptions {
  /** As in a pod's `image`: `registry.example.com/team/app:v1`. */
  readonly image: string;
  /** The pod's token, where the kubelet's configuration has `tokenAttributes`. */
  readonly serviceAccountToken?: string;
  readonly serviceAccountAnnotations?: Readonly<Record<string, string>>;
  /** Version of the request; the newest unless given. */
  readonly apiVersion?: ApiVersion;
  /** `args` of the kubelet's configuration. */
  readonly args?: readonly string[];
  /** The whole environment; empty unless given. */
  readonly env?: Environment;
  /** {@link scriptedTransport}, or real connections unless given. */
  readonly transport?: Transport;
  /** {@link ManualClock}, or the system's unless given. */
  readonly clock?: Clock;
  /** The disk unless given. */
  readonly files?: Files;
}

/** A response as the kubelet reads it. */
export interface PluginResponse {
  readonly kind: string;
  readonly apiVersion: string;
  readonly cacheKeyType: string;
  /** As Go prints a duration: `300s`. */
  readonly cacheDuration: string;
  readonly auth: Readonly<Record<string, { readonly username: string; readonly password: string }>>;
}

/** What came of one run. */
export interface PluginRun {
  readonly exitCode: number;
  readonly stdout: string;
  /** Log lines; of a run that failed, the error is the last. */
  readonly stderr: string;
  /** What is on stdout; undefined where the run failed. */
  readonly response: PluginResponse | undefined;
}

/**
 * One run of a plugin in this process, from the request on stdin to the exit code, as the kubelet and `serve` make it. Nothing
 * is random: `cacheDuration` is the middle of its range.
 */
export async function runPlugin<Options>(
  provider: CredentialProvider<Options>,
  options: PluginRunOptions,
): Promise<PluginRun> {
  const { image, serviceAccountToken, serviceAccountAnnotations, args = [], env = {} } = options;
  let [stdout, stderr] = ["", ""];
  const request = {
    kind: "CredentialProviderRequest",
    apiVersion: options.apiVersion ?? API_VERSIONS[0],
    image,
    serviceAccountToken,
    serviceAccountAnnotations,
  };
  const exitCode = await run(provider, {
    stdio: {
      args,
      env,
      readStdin: async () => new TextEncoder().encode(JSON.stringify(request)),
      writeStdout: (text) => {
        stdout += text;
      },
      writeStderr: (text) => {
        stderr += text;
      },
      exit: (code) => {
        throw new Error(`exit ${code} was called`);
      },
      onUncaught: () => {},
    },
    transport: options.transport ?? transport,
    files: options.files ?? systemFiles,
    clock: options.clock ?? systemClock,
    crypto,
    runShell,
    random: () => 0.5,
  });
  return {
    exitCode,
    stdout,
    stderr,
    response: stdout === "" ? undefined : (JSON.parse(stdout) as PluginResponse),
  };
}
