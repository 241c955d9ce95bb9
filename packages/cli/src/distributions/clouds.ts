import { UsageError } from "../errors.ts";
import type { Cloud, ProviderEntry, TokenAttributes } from "./types.ts";

/** What `init` is told beyond clouds and distribution. */
export interface ProviderOptions {
  readonly podIdentity: boolean;
  /** Path of azure.json on the node, handed to the ACR plugin. */
  readonly azureConfig: string | undefined;
  /** `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER` */
  readonly gcpWorkloadIdentityProvider: string | undefined;
  /** GKE's own pool: the cluster's project and its issuer URL. */
  readonly gcpProject: string | undefined;
  readonly gcpIssuer: string | undefined;
  /** Pods whose service account names no identity get the node's. */
  readonly nodeFallback: boolean;
  /** `HOST[:PORT]=TARGET` as the plugins' --registry takes it. */
  readonly registries: readonly string[];
}

interface CloudEntry {
  readonly name: string;
  readonly comments: readonly string[];
  readonly matchImages: readonly string[];
  readonly defaultCacheDuration: string;
  readonly args: (options: ProviderOptions) => readonly string[];
  readonly token: (options: ProviderOptions) => TokenAttributes;
  /** Whether a registry host is one of this cloud's, for --registry targets. */
  readonly owns: RegExp;
}

const ENTRIES: Readonly<Record<Cloud, CloudEntry>> = {
  aws: {
    name: "ecr-credential-provider",
    comments: [
      "Amazon ECR and ECR Public. One line per kind of host, as a * stands for one label and not for dots;",
      "remove the kinds that your images never use.",
    ],
    matchImages: [
      "*.dkr.ecr.*.amazonaws.com",
      "*.dkr.ecr-fips.*.amazonaws.com",
      "*.dkr.ecr.*.amazonaws.com.cn",
      "*.dkr.ecr.*.amazonaws.eu",
      "*.dkr-ecr.*.on.aws",
      "*.dkr-ecr-fips.*.on.aws",
      "*.dkr-ecr.*.on.amazonwebservices.com.cn",
      "*.dkr.ecr.*.c2s.ic.gov",
      "*.dkr.ecr.*.sc2s.sgov.gov",
      "*.dkr.ecr.*.cloud.adc-e.uk",
      "*.dkr.ecr.*.csp.hci.ic.gov",
      "public.ecr.aws",
      "ecr-public.aws.com",
    ],
    defaultCacheDuration: "6h",
    args: () => [],
    token: () => ({ audience: "sts.amazonaws.com", optionalAnnotations: ["eks.amazonaws.com/ecr-role-arn"] }),
    owns: /\.dkr[.-]ecr(?:-fips)?\.|^public\.ecr\.aws$|^ecr-public\.aws\.com$/,
  },
  azure: {
    name: "acr-credential-provider",
    comments: ["Azure Container Registry: global and regional hosts of the three clouds."],
    matchImages: [
      "*.azurecr.io",
      "*.azurecr.cn",
      "*.azurecr.us",
      "*.*.geo.azurecr.io",
      "*.*.geo.azurecr.cn",
      "*.*.geo.azurecr.us",
    ],
    defaultCacheDuration: "1h",
    args: ({ azureConfig }) => (azureConfig === undefined ? [] : [azureConfig]),
    token: () => ({
      audience: "api://AzureADTokenExchange",
      optionalAnnotations: [
        "kubernetes.azure.com/acr-client-id",
        "kubernetes.azure.com/acr-tenant-id",
        "azure.workload.identity/client-id",
        "azure.workload.identity/tenant-id",
      ],
    }),
    owns: /\.azurecr\.[a-z]+$/,
  },
  gcp: {
    name: "gcr-credential-provider",
    comments: ["Google Artifact Registry and gcr.io."],
    matchImages: ["gcr.io", "*.gcr.io", "*.pkg.dev", "docker.*.rep.pkg.dev"],
    defaultCacheDuration: "30m",
    args: gcpArguments,
    token: (options) => ({
      audience: gcpAudience(options),
      optionalAnnotations: [
        "iam.gke.io/enable-wi-image-pull",
        "iam.gke.io/gcp-service-account",
        "gcp.auth.fluxcd.io/workload-identity-provider",
      ],
    }),
    owns: /(?:^|\.)gcr\.io$|\.pkg\.dev$|\.goog$|\.s3nsregistry\.fr$/,
  },
};

/** The provider entry of one cloud. @throws {UsageError} where an option is missing that it cannot do without */
export function providerEntry(cloud: Cloud, options: ProviderOptions): ProviderEntry {
  const entry = ENTRIES[cloud];
  const mirrors = options.registries.filter((mapping) => entry.owns.test(targetHost(mapping)));
  return {
    name: entry.name,
    comments: entry.comments,
    matchImages: [...entry.matchImages, ...mirrors.map((mapping) => mapping.slice(0, mapping.indexOf("=")))],
    defaultCacheDuration: entry.defaultCacheDuration,
    args: [
      ...entry.args(options),
      ...mirrors.map((mapping) => `--registry=${mapping}`),
      ...(options.podIdentity && options.nodeFallback ? ["--identity-fallback=node"] : []),
    ],
    env: [],
    tokenAttributes: options.podIdentity ? entry.token(options) : undefined,
  };
}

/** @throws {UsageError} for a mapping that is none, or whose target none of the chosen clouds has */
export function checkRegistries(clouds: readonly Cloud[], registries: readonly string[]): void {
  for (const mapping of registries) {
    if (!/^[^=/\s]+=[^=/\s]+$/.test(mapping)) {
      throw new UsageError(
        `--registry ${mapping}: expected HOST[:PORT]=TARGET, two host names without paths`,
      );
    }
    if (clouds.some((cloud) => ENTRIES[cloud].owns.test(targetHost(mapping)))) continue;
    throw new UsageError(
      `--registry ${mapping}: ${targetHost(mapping)} is not a registry host of ${clouds.join(", ")}; name the cloud's own host after the =`,
    );
  }
}

function targetHost(mapping: string): string {
  return mapping.slice(mapping.indexOf("=") + 1).replace(/:\d+$/, "");
}

function gcpArguments(options: ProviderOptions): readonly string[] {
  if (!options.podIdentity) return [];
  if (options.gcpWorkloadIdentityProvider !== undefined) {
    return [`--workload-identity-provider=${options.gcpWorkloadIdentityProvider}`];
  }
  return [`--project-id=${options.gcpProject}`, `--identity-provider=${options.gcpIssuer}`];
}

/**
 * The pool's provider by its full name is what Google STS takes without further settings
 * (https://cloud.google.com/iam/docs/workload-identity-federation-with-kubernetes); GKE's pool wants its own name.
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
    "--pod-identity for gcp needs to know where Google exchanges the pods' tokens: --gcp-workload-identity-provider " +
      "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER, or on GKE --gcp-project ID " +
      "with --gcp-issuer URL (the cluster's issuer)",
  );
}
