import { networkInterfaces } from "node:os";
import { type Aws, type AwsIdentity, type AwsOptions, startAws } from "./aws/index.ts";
import { type Azure, type AzureIdentity, type AzureOptions, startAzure } from "./azure/index.ts";
import { Core, type CoreOptions } from "./core/core.ts";
import type { ConnectionRecord, ProxyAttempt, RequestRecord } from "./core/log.ts";
import { type Federation, federate } from "./federation.ts";
import { type Google, type GoogleIdentity, type GoogleOptions, startGoogle } from "./google/index.ts";

export interface CloudsOptions extends CoreOptions {
  readonly aws?: AwsOptions;
  readonly azure?: AzureOptions;
  readonly google?: GoogleOptions;
}

/** Identities that each cloud offers to its plugin. */
export interface Identities {
  ecr: AwsIdentity;
  acr: AzureIdentity;
  gcr: GoogleIdentity;
}

export type Plugin = keyof Identities;

/** The three clouds, running. Close it, or declare it with `await using`. */
export class Clouds implements AsyncDisposable {
  readonly core: Core;
  readonly aws: Aws;
  readonly azure: Azure;
  readonly google: Google;
  /** Trust between the clouds: identities of nodes across clouds. */
  readonly federation: Federation;

  constructor(core: Core, aws: Aws, azure: Azure, google: Google, federation: Federation) {
    this.core = core;
    this.aws = aws;
    this.azure = azure;
    this.google = google;
    this.federation = federation;
  }

  get requests(): readonly RequestRecord[] {
    return this.core.log.requests;
  }

  get connections(): readonly ConnectionRecord[] {
    return this.core.log.connections;
  }

  /** CONNECT requests that the forward proxy received. */
  get proxied(): readonly ProxyAttempt[] {
    return this.core.log.proxy;
  }

  get faults() {
    return this.core.faults;
  }

  get latency() {
    return this.core.latency;
  }

  get secrets() {
    return this.core.secrets;
  }

  get cluster() {
    return this.core.cluster;
  }

  /** Clusters of every kind, which issue pods' tokens. */
  get clusters() {
    return this.core.clusters;
  }

  /** Errors of the fakes themselves; any error fails the test that caused it. */
  get defects(): readonly Error[] {
    return this.core.defects;
  }

  /** Environment variables that give a plugin access to these clouds under their real names, and an identity. */
  async env<P extends Plugin>(plugin: P, identity?: Identities[P]): Promise<Record<string, string>> {
    return {
      ...this.#namesEnv(),
      ...(ownsMetadataAddress() ? {} : NO_METADATA_SERVER[plugin]),
      ...(await this.#identityEnv(plugin, identity)),
    };
  }

  /**
   * The part that all identities share: the proxy for the real names, the CA to trust, and for each cloud a metadata
   * address where nothing listens. Without the last, a plugin without an identity would query the real
   * 169.254.169.254 of the test machine.
   */
  networkEnv(): Record<string, string> {
    if (ownsMetadataAddress()) return this.#namesEnv();
    const { ecr, acr, gcr } = NO_METADATA_SERVER;
    return { ...this.#namesEnv(), ...ecr, ...acr, ...gcr };
  }

  /** Clears requests, connections, faults and latency, but not secrets, for the next case on the same servers. */
  async reset(): Promise<void> {
    this.core.log.clear();
    this.core.latency.clear();
    await this.core.faults.clear();
  }

  close(): Promise<void> {
    return this.core.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #namesEnv(): Record<string, string> {
    return { HTTPS_PROXY: this.core.proxy.url, SSL_CERT_FILE: this.core.caFile };
  }

  #identityEnv(plugin: Plugin, identity: string | undefined): Promise<Record<string, string>> {
    switch (plugin) {
      case "ecr":
        return this.aws.env(identity as AwsIdentity | undefined);
      case "acr":
        return this.azure.env(identity as AzureIdentity | undefined);
      case "gcr":
        return this.google.env(identity as GoogleIdentity | undefined);
    }
  }
}

/** Port 9 ("discard") of loopback: refuses connections at once, unless that service runs. */
const NO_METADATA_SERVER = {
  ecr: { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:9" },
  acr: { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:9" },
  gcr: { GCE_METADATA_HOST: "127.0.0.1:9" },
} satisfies Record<Plugin, Record<string, string>>;

/** In a network namespace created by the test, 169.254.169.254 belongs to that namespace only. */
function ownsMetadataAddress(): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .some((each) => each?.address === "169.254.169.254");
}

/**
 * Starts all clouds on loopback. Real sockets, real TLS; signatures and tokens are checked.
 * @example await using clouds = await startClouds({ aws: { instance: { role: "node" } } });
 */
export async function startClouds(options: CloudsOptions = {}): Promise<Clouds> {
  const core = await Core.start(options);
  try {
    const aws = await startAws(core, options.aws ?? {});
    // Google's pools forward requests to AWS to identify the signer.
    const awsSide = {
      askSts: aws.askSts.bind(aws),
      env: () => aws.env("static"),
      imds: aws.origins.imds,
    };
    const [azure, google] = await Promise.all([
      startAzure(core, options.azure ?? {}),
      startGoogle(core, options.google ?? {}, awsSide),
    ]);
    return new Clouds(core, aws, azure, google, await federate(core, aws, azure, google));
  } catch (error) {
    await core.close();
    throw error;
  }
}
