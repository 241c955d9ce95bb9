/** The kubelet's registered providers as one: NewExternalCredentialProviderDockerKeyring and Lookup in plugins.go. */
import type { Clock, Crypto, RunProgram } from "@imagecred/protocol";
import { compareBytes } from "@imagecred/protocol/go";
import { type IgnoredKey, Keyring } from "@imagecred/protocol/keyring";
import { type KubeletRules, kubeletRules } from "../config/kubernetes-version.ts";
import type { CredentialProviderConfig } from "../config/types.ts";
import type { FileSystem } from "../file-system.ts";
import { type ImageName, parseImageName } from "../match/image-name.ts";
import type { PluginCredential } from "../plugin/response.ts";
import { type PluginRuntime, runPlugin } from "../plugin/run-plugin.ts";
import { PluginProvider } from "./plugin-provider.ts";
import type { Pod, ServiceAccountCoordinates, ServiceAccounts } from "./service-account.ts";
import type { ProviderTrace } from "./trace.ts";

/** Dependencies of the providers. */
export interface ProvidersOptions {
  /** `--image-credential-provider-bin-dir`. */
  readonly binDir: string;
  readonly fileSystem: FileSystem;
  readonly runProgram: RunProgram;
  readonly clock: Clock;
  readonly crypto: Pick<Crypto, "sha256">;
  /** The environment that plugins inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The API server, for providers with `tokenAttributes`. */
  readonly serviceAccounts?: ServiceAccounts;
  readonly kubernetesVersion?: string;
  /** The feature gate KubeletServiceAccountTokenForCredentialProviders; default that of the version. */
  readonly saTokens?: boolean;
  /** Gets a plugin's stderr while it runs. */
  readonly onStderr?: (text: string) => void;
  /** Milliseconds; default the kubelet's 60 seconds. */
  readonly pluginTimeoutMs?: number;
}

/** One credential, in the order in which the kubelet tries it. */
export interface TriedCredential extends PluginCredential {
  /** The key of the plugin's response, without scheme. */
  readonly key: string;
  readonly provider: string;
  readonly serviceAccount: ServiceAccountCoordinates | undefined;
}

/** The credentials for a pull, with a trace of the providers. */
export interface ImageCredentials {
  readonly image: ImageName;
  /** Tried one after another; with an empty list the pull is anonymous, otherwise it never is. */
  readonly credentials: readonly TriedCredential[];
  /** One per provider, in the order in which they were run. */
  readonly trace: readonly ProviderTrace[];
  /** Keys of responses that are not a host and path. */
  readonly ignored: readonly IgnoredKey[];
}

/** The providers of a configuration, each with its cache, for the life of this object. */
export class ImageCredentialProviders {
  readonly #providers: readonly PluginProvider[];

  /** @param config one that the kubelet accepts; see readConfig and checkRegistration */
  constructor(config: CredentialProviderConfig, options: ProvidersOptions) {
    const rules = kubeletRules(options.kubernetesVersion);
    const runtime: PluginRuntime = {
      runProgram: options.runProgram,
      fileSystem: options.fileSystem,
      environment: options.environment,
      binDir: options.binDir,
      ...(options.onStderr === undefined ? {} : { onStderr: options.onStderr }),
      ...(options.pluginTimeoutMs === undefined ? {} : { timeoutMs: options.pluginTimeoutMs }),
    };
    const platform = {
      clock: options.clock,
      crypto: options.crypto,
      serviceAccounts: options.serviceAccounts,
      saTokens: options.saTokens ?? rules.tokenAttributesByDefault,
      rules,
      exec: (...[provider, call]: Parameters<PluginProviderExec>) =>
        runPlugin(provider, call, runtime, rules),
    };
    this.#providers = inOrder(config, rules).map((provider) => new PluginProvider(provider, platform));
  }

  /**
   * Runs every provider whose matchImages match the image, one after another as the kubelet does, and puts their
   * credentials in order.
   *
   * @param reference an image as a pod names it, such as `nginx` or `r.io/team/app:v1`
   * @param pod the pod that pulls; without one, a static pod without service account
   * @throws {ImageNameError} if the kubelet would not accept the image name
   */
  async credentialsFor(reference: string, pod?: Pod): Promise<ImageCredentials> {
    const image = parseImageName(reference);
    const keyring = new Keyring<Omit<TriedCredential, "key">>();
    const trace: ProviderTrace[] = [];
    for (const provider of this.#providers) {
      const provided = await provider.provide(image.repo, pod);
      trace.push(provided.trace);
      const source = { provider: provider.name, serviceAccount: provided.coordinates };
      keyring.add(
        new Map([...provided.credentials].map(([key, credential]) => [key, { ...credential, ...source }])),
      );
    }
    const credentials = keyring.lookup(image.repo).map(({ key, credential }) => ({ key, ...credential }));
    return { image, credentials, trace, ignored: keyring.ignored };
  }
}

type PluginProviderExec = ConstructorParameters<typeof PluginProvider>[1]["exec"];

/** Until 1.32 the kubelet ran providers in the order of their names, since 1.33 in that of the configuration. */
function inOrder(config: CredentialProviderConfig, rules: KubeletRules) {
  const providers = [...config.providers];
  return rules.minor >= 33 ? providers : providers.sort((a, b) => compareBytes(a.name, b.name));
}
