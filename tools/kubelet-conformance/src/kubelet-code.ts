import { built, driverOf, type Release } from "./go-build.ts";
import { LineProcess } from "./line-process.ts";

/** A user name and a password, in the order in which the kubelet would try them. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A service account of the pretended cluster; its tokens by audience. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly tokens?: Readonly<Record<string, string>>;
}

/** The pod that an image is pulled for. */
export interface Pod {
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly serviceAccount?: string;
  /** Pull secrets, each the text of a .dockerconfigjson. */
  readonly secrets?: readonly string[];
}

/** Result of starting a kubelet. */
export interface Started {
  /** The text with which the kubelet refuses to start, or null. */
  readonly error: string | null;
  readonly registered: number;
  readonly log: readonly string[];
}

/** Credentials that a pull found. */
export interface Lookup {
  readonly error: string | null;
  readonly creds: readonly Login[];
  /** The kubelet's log at -v=5, an entry each, without header. */
  readonly log: readonly string[];
  /** The tokens that it requested from the API server. */
  readonly tokenRequests: readonly {
    readonly namespace: string;
    readonly serviceAccount: string;
    readonly spec: { readonly audiences: readonly string[] };
  }[];
}

/** The kubelet's own counters of one plugin. */
export interface PluginMetrics {
  /** Count of kubelet_credential_provider_plugin_duration: how often the program ran. */
  readonly runs: number;
  /** kubelet_credential_provider_plugin_errors_total. */
  readonly errors: number;
}

/** The kubelet's code of one release in its own process, with the state of one kubelet. */
export class KubeletCode {
  readonly #process: LineProcess;

  private constructor(process: LineProcess) {
    this.#process = process;
  }

  /**
   * Builds the driver when that is needed and starts it.
   * @param env the kubelet's environment, which plugins inherit
   */
  static async start(release: Release, env: NodeJS.ProcessEnv = {}): Promise<KubeletCode> {
    return new KubeletCode(new LineProcess([built(driverOf(release))], env));
  }

  /** Starts a driver with this command, such as a Windows program. */
  static startedBy(command: readonly [string, ...string[]], env: NodeJS.ProcessEnv): KubeletCode {
    return new KubeletCode(new LineProcess(command, env));
  }

  /** Any operation of the driver, by name. */
  ask(op: string, fields: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return this.#process.ask({ ...fields, op });
  }

  /** The version of k8s.io/kubernetes that is linked. */
  async release(): Promise<string> {
    return ((await this.ask("release")) as { release: string }).release;
  }

  /** Registers the config's plugins as a starting kubelet does. A second call is a restart. */
  async register(
    config: string,
    binDir: string,
    serviceAccounts: readonly ServiceAccount[] = [],
  ): Promise<Started> {
    return (await this.ask("register", { config, binDir, serviceAccounts })) as Started;
  }

  /** Finds the credentials for a pod's image. */
  async lookup(image: string, pod: Pod = {}): Promise<Lookup> {
    return (await this.ask("lookup", { image, pod })) as Lookup;
  }

  /** The same for many images at once, as a kubelet does that starts many pods. @returns what each found, in the order of the images */
  async lookups(
    images: readonly string[],
    pod: Pod = {},
  ): Promise<{
    readonly found: readonly Pick<Lookup, "error" | "creds">[];
    readonly log: readonly string[];
  }> {
    return (await this.ask("lookups", { images, pod })) as Awaited<ReturnType<KubeletCode["lookups"]>>;
  }

  /** Adds or replaces a service account. */
  async setServiceAccount(serviceAccount: ServiceAccount): Promise<void> {
    await this.ask("serviceAccount", { serviceAccount });
  }

  /** Advances the clock of the kubelet's caches. */
  async advance(seconds: number): Promise<void> {
    await this.ask("advance", { seconds });
  }

  /** Counters by plugin name, since the process started. */
  async metrics(): Promise<Readonly<Record<string, PluginMetrics>>> {
    return ((await this.ask("metrics")) as { plugins: Record<string, PluginMetrics> }).plugins;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
