import { crypto, runShell, transport } from "#runtime";
import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import type { Environment } from "../environment.ts";
import { type Files, systemFiles } from "../files.ts";
import type { Transport } from "../http/transport.ts";
import type { CredentialProvider } from "../provider.ts";
import { run } from "../run.ts";
import { API_VERSIONS, type ApiVersion } from "../wire/api-version.ts";

/** The kubelet's request and the plugin's environment. */
export interface PluginRunOptions {
  /** As in a pod's `image`: `registry.example.com/team/app:v1`. */
  readonly image: string;
  /** The pod's token, if the kubelet's configuration has `tokenAttributes`. */
  readonly serviceAccountToken?: string;
  readonly serviceAccountAnnotations?: Readonly<Record<string, string>>;
  /** Version of the request; default the newest. */
  readonly apiVersion?: ApiVersion;
  /** `args` of the kubelet's configuration. */
  readonly args?: readonly string[];
  /** The whole environment; default empty. */
  readonly env?: Environment;
  /** For example {@link scriptedTransport}; default real connections. */
  readonly transport?: Transport;
  /** For example {@link ManualClock}; default the system's clock. */
  readonly clock?: Clock;
  /** Default the real files. */
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

/** The result of one run. */
export interface PluginRun {
  readonly exitCode: number;
  readonly stdout: string;
  /** Log lines; the last one is the error if the run failed. */
  readonly stderr: string;
  /** The response on stdout; undefined if the run failed. */
  readonly response: PluginResponse | undefined;
}

/**
 * Runs a plugin once in this process, from the request on stdin to the exit code, like the kubelet and `serve`. Nothing is
 * random: `cacheDuration` is the middle of its range.
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
