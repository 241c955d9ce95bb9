import { UsageError } from "../errors.ts";
import { hostOnly, isRegistry, PLUGINS } from "../plugins/known-plugins.ts";
import type { AzureCloudName, Cloud, ProviderEntry } from "./types.ts";

/** The options of `init` besides clouds and distribution. */
export interface ProviderOptions {
  readonly podIdentity: boolean;
  /** Path of azure.json on the node, an argument of the ACR plugin. */
  readonly azureConfig: string | undefined;
  /** The Azure cloud that the nodes pull from; undefined for all three, with the public cloud's audience. */
  readonly azureCloud: AzureCloudName | undefined;
  /** `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER` */
  readonly gcpWorkloadIdentityProvider: string | undefined;
  /** GKE's own pool: the cluster's project and its issuer URL. */
  readonly gcpProject: string | undefined;
  readonly gcpIssuer: string | undefined;
  /** Whether pods whose service account names no identity use the node's. */
  readonly nodeFallback: boolean;
  /** `HOST[:PORT]=TARGET` as for the plugins' --registry. */
  readonly registries: readonly string[];
  /** Path on the nodes of the file for `--identities`. */
  readonly identities: string | undefined;
}

/** Entra hosts of Azure's clouds, for AZURE_AUTHORITY_HOST. */
const AUTHORITIES: Readonly<Record<AzureCloudName, string>> = {
  AzurePublicCloud: "https://login.microsoftonline.com/",
  AzureChinaCloud: "https://login.chinacloudapi.cn/",
  AzureUSGovernmentCloud: "https://login.microsoftonline.us/",
};

interface CloudEntry {
  readonly comments: readonly string[];
  readonly defaultCacheDuration: string;
  readonly args: (options: ProviderOptions) => readonly string[];
  readonly audience: (options: ProviderOptions) => string;
  readonly env?: (options: ProviderOptions) => ProviderEntry["env"];
  /** Default: every host that the plugin accepts. */
  readonly matchImages?: (options: ProviderOptions) => readonly string[];
}

const ENTRIES: Readonly<Record<Cloud, CloudEntry>> = {
  aws: {
    comments: [
      "Amazon ECR and ECR Public. One line per kind of host, because * stands for one label and not for dots.",
      "Remove the kinds that your images do not use.",
    ],
    defaultCacheDuration: "6h",
    args: () => [],
    audience: () => "sts.amazonaws.com",
  },
  azure: {
    comments: ["Azure Container Registry: global and regional hosts of the three clouds."],
    defaultCacheDuration: "1h",
    args: ({ azureConfig }) => (azureConfig === undefined ? [] : [azureConfig]),
    audience: (options) => azureCloudOf(options).audience,
    env: azureEnvironment,
    matchImages: (options) => azureCloudOf(options).matchImages,
  },
  gcp: {
    comments: ["Google Artifact Registry and gcr.io."],
    defaultCacheDuration: "30m",
    args: gcpArguments,
    audience: gcpAudience,
  },
};

/** The provider entry of one cloud. @throws {UsageError} if a required option is missing */
export function providerEntry(cloud: Cloud, options: ProviderOptions): ProviderEntry {
  const entry = ENTRIES[cloud];
  const { name, annotations, defaultFallback } = PLUGINS[cloud];
  const matchImages = entry.matchImages?.(options) ?? PLUGINS[cloud].matchImages;
  const fallback = options.nodeFallback ? "unassigned" : "none";
  const mirrors = options.registries.filter((mapping) => isTargetOf(cloud, mapping));
  return {
    name,
    comments: entry.comments,
    matchImages: [...matchImages, ...mirrors.map((mapping) => mapping.slice(0, mapping.indexOf("=")))],
    defaultCacheDuration: entry.defaultCacheDuration,
    args: [
      ...(options.identities === undefined ? [] : [`--identities=${options.identities}`]),
      ...entry.args(options),
      ...mirrors.map((mapping) => `--registry=${mapping}`),
      ...(options.podIdentity && fallback !== defaultFallback ? [`--identity-fallback=${fallback}`] : []),
    ],
    env: entry.env?.(options) ?? [],
    tokenAttributes: options.podIdentity
      ? {
          audience: entry.audience(options),
          optionalAnnotations: annotations
            .filter(({ definedBy }) => definedBy !== "imagecred")
            .map(({ key }) => key),
        }
      : undefined,
  };
}

/** @throws {UsageError} for an invalid mapping, or one whose target is not a registry of the chosen clouds */
export function checkRegistries(clouds: readonly Cloud[], registries: readonly string[]): void {
  for (const mapping of registries) {
    if (!/^[^=/\s]+=[^=/\s]+$/.test(mapping)) {
      throw new UsageError(
        `--registry ${mapping}: expected HOST[:PORT]=TARGET, two host names without paths`,
      );
    }
    if (clouds.some((cloud) => isTargetOf(cloud, mapping))) continue;
    throw new UsageError(
      `--registry ${mapping}: ${targetHost(mapping)} is not a registry host of ${clouds.join(", ")}; give the cloud's own host after the =`,
    );
  }
}

function targetHost(mapping: string): string {
  return hostOnly(mapping.slice(mapping.indexOf("=") + 1));
}

function isTargetOf(cloud: Cloud, mapping: string): boolean {
  return isRegistry(PLUGINS[cloud].parseHost(targetHost(mapping)));
}

/** Hosts of the cloud's registries, and the default audience of its federated credentials. */
function azureCloudOf({ azureCloud: name }: ProviderOptions) {
  const env = { AZURE_AUTHORITY_HOST: AUTHORITIES[name ?? "AzurePublicCloud"] };
  const { hostForms, audiences } = PLUGINS.azure.read({ args: [], env });
  return {
    matchImages: name === undefined ? PLUGINS.azure.matchImages : hostForms.patterns,
    audience: audiences?.known[0]?.audience ?? "",
  };
}

/** Issuers, without the tenant at their end, of the tokens that managed identities get for an application (version 1.0). */
const TOKEN_ISSUERS: Readonly<Record<AzureCloudName, string>> = {
  AzurePublicCloud: "https://sts.windows.net/",
  AzureChinaCloud: "https://sts.chinacloudapi.cn/",
  AzureUSGovernmentCloud: "https://sts.windows.net/",
};

/** The values of an Azure cloud for commands in other clouds. */
export function azureFactsOf(name: AzureCloudName = "AzurePublicCloud") {
  const env = { AZURE_AUTHORITY_HOST: AUTHORITIES[name] };
  const { hostForms, audiences } = PLUGINS.azure.read({ args: [], env });
  return {
    audience: audiences?.known[0]?.audience ?? "",
    authority: AUTHORITIES[name].replace(/\/$/, ""),
    issuer: TOKEN_ISSUERS[name],
    suffix: (hostForms.patterns[0] ?? "").replace(/^\*\./, ""),
  };
}

/** Sets the cloud with the variable of the Azure SDKs; not needed with azure.json, which names it. */
function azureEnvironment({ azureCloud, azureConfig }: ProviderOptions): ProviderEntry["env"] {
  if (azureCloud === undefined || azureConfig !== undefined) return [];
  return [{ name: "AZURE_AUTHORITY_HOST", value: AUTHORITIES[azureCloud] }];
}

function gcpArguments(options: ProviderOptions): readonly string[] {
  if (!options.podIdentity) return [];
  if (options.gcpWorkloadIdentityProvider !== undefined) {
    return [`--workload-identity-provider=${options.gcpWorkloadIdentityProvider}`];
  }
  return [`--project-id=${options.gcpProject}`, `--identity-provider=${options.gcpIssuer}`];
}

/**
 * Google STS accepts the full name of the pool's provider as audience without further settings
 * (https://cloud.google.com/iam/docs/workload-identity-federation-with-kubernetes); GKE's pool requires its own name.
 */
function gcpAudience(options: ProviderOptions): string {
  const { gcpWorkloadIdentityProvider: provider, gcpProject, gcpIssuer } = options;
  if (provider !== undefined) {
    if (
      !/^projects\/\d+\/locations\/global\/workloadIdentityPools\/[^/\s]+\/providers\/[^/\s]+$/.test(provider)
    ) {
      throw new UsageError(
        `--gcp-workload-identity-provider ${provider}: expected projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`,
      );
    }
    return `https://iam.googleapis.com/${provider}`;
  }
  if (gcpProject !== undefined && gcpIssuer !== undefined) return `${gcpProject}.svc.id.goog`;
  throw new UsageError(
    "--pod-identity for gcp requires the provider that exchanges the pods' tokens: --gcp-workload-identity-provider " +
      "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER, or on GKE --gcp-project ID " +
      "with --gcp-issuer URL (the cluster's issuer)",
  );
}
