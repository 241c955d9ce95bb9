import { join } from "node:path";
import { CertificateAuthority } from "../core/certificates.ts";
import type { ServiceAccountTokenOptions } from "../core/cluster.ts";
import type { Core } from "../core/core.ts";
import { acrService, holderOfLogin, hostsOf, type RegistryOptions } from "./acr.ts";
import { RegistryTokens } from "./acr-tokens.ts";
import { type ArcAgent, arcService } from "./arc.ts";
import { CLOUDS, names, REGISTRY_RESOURCE } from "./clouds.ts";
import {
  defaultRegistries,
  type Population,
  populate,
  TENANTS,
  type TenantName,
  TOKEN_EXCHANGE_AUDIENCE,
} from "./default-tenants.ts";
import { Directory } from "./directory.ts";
import { entraService } from "./entra.ts";
import { type AzureIdentity, identityConfig, identityEnv } from "./identities.ts";
import {
  IDENTITY_BINDING_AUDIENCE,
  type IdentityBinding,
  identityBindingService,
} from "./identity-bindings.ts";
import { imdsService, type VirtualMachine } from "./imds.ts";
import { resourceManagerService, type StackLogin } from "./resource-manager.ts";

export { EXCHANGE_FAULTS } from "./exchange-faults.ts";
export type { AzureIdentity } from "./identities.ts";

export interface AzureOptions {
  /** Tenant of the virtual machine, and the default tenant of {@link Azure.env}. Default `public`. */
  readonly tenant?: TenantName;
  /** Registries in addition to those that every fake Azure has (see `default-tenants.ts`). */
  readonly registries?: readonly RegistryOptions[];
  /** Sign-in service in the Stack Hub's metadata. Default `entra`. */
  readonly stackLogin?: StackLogin;
}

/** The address of the fake AKS identity bindings endpoint. */
export interface IdentityBindingEndpoint {
  /** Server name for the handshake, with the fake's port (AKS uses 443). */
  readonly sniName: string;
  /** Address to connect to. */
  readonly address: string;
  /** PEM file with the cluster's CA, which differs from the clouds' CA. */
  readonly caFile: string;
}

/** A running fake Azure. */
export class Azure {
  readonly directory: Directory;
  /** The virtual machine; change it between cases. */
  readonly machine: VirtualMachine;
  readonly identityBindings: IdentityBindingEndpoint;
  /** `http://127.0.0.1:PORT` of the metadata service. */
  readonly imdsOrigin: string;
  /** The agent of an Azure Arc machine, at {@link arcOrigin}. */
  readonly arc: ArcAgent;
  readonly arcOrigin: string;
  /** Sign-in service in the Stack Hub's metadata. */
  stackLogin: StackLogin;
  /** Lifetime of applications' future access tokens, in seconds. */
  expiresIn = 3599;
  #files = 0;
  readonly #core: Core;
  readonly #tenant: TenantName;
  readonly #populations: ReadonlyMap<TenantName, Population>;
  readonly #registries: Map<string, RegistryOptions>;
  readonly #tokens: RegistryTokens;

  private constructor(parts: AzureParts) {
    this.directory = parts.directory;
    this.machine = parts.machine;
    this.identityBindings = parts.identityBindings;
    this.imdsOrigin = parts.imdsOrigin;
    this.arc = parts.arc;
    this.arcOrigin = parts.arcOrigin;
    this.stackLogin = parts.stackLogin;
    this.#core = parts.core;
    this.#tenant = parts.tenant;
    this.#populations = parts.populations;
    this.#registries = parts.registries;
    this.#tokens = parts.tokens;
  }

  static async start(core: Core, options: AzureOptions): Promise<Azure> {
    const { clock, secrets, issuers } = core;
    const { tenant = "public", stackLogin = "entra" } = options;
    const directory = new Directory(clock, secrets, issuers);
    const populations = await populate(
      directory,
      [...new Set([core.cluster, ...Object.values(core.clusters)])],
      secrets,
    );
    const registries = new Map<string, RegistryOptions>();
    const machine: VirtualMachine = { identities: populations.get(tenant)?.machine ?? [], expiresIn: 86_400 };
    const resources = [
      REGISTRY_RESOURCE,
      ...names().map((cloud) => `https://${CLOUDS[cloud].resourceManager}`),
    ];
    const tokens = new RegistryTokens(clock, secrets);
    const expiresIn = () => azure.expiresIn;
    core.addTls(entraService({ clock, issuers, directory, resources, expiresIn, seen: new Set() }));
    core.addTls(acrService({ directory, tokens, registries, images: core.images }));
    core.addTls(resourceManagerService(() => azure.stackLogin));
    const bindings = [...populations.values()].map(({ pod }) => ({
      clientId: pod.clientId,
      subject: "system:serviceaccount:default:app",
    }));
    const arc = { tokenDirectory: join(core.directory, "azcmagent"), seenAs: "/var/opt/azcmagent/tokens" };
    const azure = new Azure({
      core,
      tenant,
      stackLogin,
      directory,
      populations,
      registries,
      tokens,
      machine,
      imdsOrigin: await core.addPlain(imdsService({ clock, directory, machine, resources })),
      arc,
      arcOrigin: await core.addPlain(
        arcService({ clock, secrets, directory, machine, resources, agent: arc }),
      ),
      identityBindings: await startIdentityBindings(core, directory, bindings),
    });
    for (const registry of [...defaultRegistries(), ...(options.registries ?? [])])
      azure.addRegistry(registry);
    return azure;
  }

  addRegistry(registry: RegistryOptions): void {
    for (const host of hostsOf(registry)) this.#registries.set(host, registry);
  }

  /** The application of a login; undefined if the registry rejects it. */
  async holderOf(host: string, login: { readonly username: string; readonly password: string }) {
    const { directory } = this;
    const id = await holderOfLogin(
      { directory, tokens: this.#tokens, registries: this.#registries },
      host,
      login,
    );
    return id === undefined ? undefined : directory.appAnywhere(id);
  }

  /** Directory (tenant) id of the virtual machine. */
  get tenantId(): string {
    return TENANTS[this.#tenant];
  }

  /** A tenant's applications, their secrets, and managed identities. @param tenant default: the virtual machine's */
  population(tenant: TenantName = this.#tenant): Population {
    const population = this.#populations.get(tenant);
    if (population === undefined) throw new Error(`fake Azure has no tenant ${tenant}`);
    return population;
  }

  /**
   * Environment variables that give a process an identity here. Managed identities by object or resource id have no
   * variables: they need {@link azureJson}. @param identity default `managed-identity`
   */
  env(identity: AzureIdentity = "managed-identity", tenant = this.#tenant): Promise<Record<string, string>> {
    return identityEnv(identity, this.#identityParts(tenant));
  }

  /** The content of an azure.json with this identity. */
  azureJson(identity: AzureIdentity, tenant = this.#tenant): Promise<Record<string, unknown>> {
    return identityConfig(identity, this.#identityParts(tenant));
  }

  /** Writes {@link azureJson} to a new file, with `extra` fields. @returns its path */
  async azureJsonFile(
    identity: AzureIdentity,
    extra: Readonly<Record<string, unknown>> = {},
    tenant = this.#tenant,
  ): Promise<string> {
    const config = { ...(await this.azureJson(identity, tenant)), ...extra };
    this.#files++;
    return this.#core.writeFile(`azure-${this.#files}.json`, JSON.stringify(config, null, 2));
  }

  /** A service account token of `default/app`, for which every tenant's application `pod` has a federated credential. */
  podToken(options: Partial<ServiceAccountTokenOptions> = {}): Promise<string> {
    const defaults = { audience: TOKEN_EXCHANGE_AUDIENCE, namespace: "default", serviceAccount: "app" };
    return this.#core.cluster.issueServiceAccountToken({ ...defaults, ...options });
  }

  /** The same for the identity bindings endpoint, which requires another audience. */
  identityBindingToken(options: Partial<ServiceAccountTokenOptions> = {}): Promise<string> {
    return this.podToken({ audience: IDENTITY_BINDING_AUDIENCE, ...options });
  }

  #identityParts(tenant: TenantName) {
    const { imdsOrigin, arcOrigin } = this;
    return { core: this.#core, imdsOrigin, arcOrigin, tenant, population: this.population(tenant) };
  }
}

interface AzureParts {
  readonly core: Core;
  readonly tenant: TenantName;
  readonly stackLogin: StackLogin;
  readonly directory: Directory;
  readonly populations: ReadonlyMap<TenantName, Population>;
  readonly registries: Map<string, RegistryOptions>;
  readonly tokens: RegistryTokens;
  readonly machine: VirtualMachine;
  readonly imdsOrigin: string;
  readonly arc: ArcAgent;
  readonly arcOrigin: string;
  readonly identityBindings: IdentityBindingEndpoint;
}

async function startIdentityBindings(
  core: Core,
  directory: Directory,
  bindings: readonly IdentityBinding[],
): Promise<IdentityBindingEndpoint> {
  const serverName = "identity-bindings.cluster.example.com";
  const authority = await CertificateAuthority.create("fake cluster CA");
  const service = identityBindingService({ serverName, cluster: core.cluster, directory, bindings });
  const { address, port } = await core.addSeparateTls(service, authority);
  const caFile = await core.writeFile("cluster-ca.crt", authority.pem);
  return { sniName: port === 443 ? serverName : `${serverName}:${port}`, address, caFile };
}

export function startAzure(core: Core, options: AzureOptions): Promise<Azure> {
  return Azure.start(core, options);
}
