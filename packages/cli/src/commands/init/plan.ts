import { joinPath, parentOf } from "@imagecred/node";
import type { CrossCloudPlan } from "../../cross-cloud/plan.ts";
import { checkRegistries, type ProviderOptions, providerEntry } from "../../distributions/clouds.ts";
import { CONFIG_NAME, configYaml } from "../../distributions/config-yaml.ts";
import { helmCommands, helmNotes, helmValues } from "../../distributions/helm.ts";
import {
  checkIdentitiesPath,
  IDENTITIES_NAME,
  identitiesFile,
  identitiesNotes,
} from "../../distributions/identities.ts";
import { DISTRIBUTION_IDS, distributionById } from "../../distributions/index.ts";
import { rbacFile } from "../../distributions/rbac.ts";
import {
  type AzureCloudName,
  CLOUDS,
  type Cloud,
  type Distribution,
  type OutputFile,
  type Plan,
} from "../../distributions/types.ts";
import { windowsNotes } from "../../distributions/windows-notes.ts";
import { UsageError } from "../../errors.ts";

export interface PlanOptions {
  readonly cloud: readonly string[];
  readonly distribution: string;
  readonly podIdentity?: boolean;
  readonly nodeFallback?: boolean;
  readonly azureConfig?: string;
  readonly azureCloud?: AzureCloudName;
  readonly gcpWorkloadIdentityProvider?: string;
  readonly gcpProject?: string;
  readonly gcpIssuer?: string;
  readonly registry?: readonly string[];
  readonly identities?: string;
  readonly directory?: string;
  readonly helm?: boolean;
  readonly crossCloud?: string;
  readonly set?: readonly string[];
}

export interface Planned {
  readonly plan: Plan;
  readonly distribution: Distribution;
  readonly files: readonly OutputFile[];
  /** The two commands that apply the files to nodes. */
  readonly commands: readonly [string, string];
  readonly notes: readonly string[];
}

/** Plans `--cross-cloud`; loads its templates only if it is given. @throws {UsageError} */
export async function crossCloudOf({
  crossCloud: from,
  set: settings = [],
  cloud,
  azureCloud,
}: PlanOptions): Promise<CrossCloudPlan | undefined> {
  if (from === undefined) {
    if (settings.length === 0) return undefined;
    throw new UsageError("--set requires --cross-cloud");
  }
  const { planCrossCloud } = await import("../../cross-cloud/plan.ts");
  return planCrossCloud({ from, clouds: parseClouds(cloud), settings, azureCloud });
}

/** Plans everything that `init` writes, without reading or writing files. @throws {UsageError} */
export function planInit(given: PlanOptions, crossCloud?: CrossCloudPlan): Planned {
  const options = crossCloud === undefined ? given : withCrossCloud(given, crossCloud);
  const distribution = distributionById(options.distribution);
  if (distribution === undefined) {
    throw new UsageError(
      `--distribution ${options.distribution}: unknown; expected one of ${DISTRIBUTION_IDS.join(", ")}`,
    );
  }
  const clouds = parseClouds(options.cloud);
  const registries = options.registry ?? [];
  checkRegistries(clouds, registries);
  if (options.azureCloud !== undefined && !clouds.includes("azure"))
    throw new UsageError("--azure-cloud requires --cloud azure");
  if (options.nodeFallback === true && options.podIdentity !== true) {
    throw new UsageError(
      "--node-fallback requires --pod-identity: without it every pod uses the node's identity anyway",
    );
  }
  const providerOptions: ProviderOptions = {
    podIdentity: options.podIdentity === true,
    nodeFallback: options.nodeFallback === true,
    // AKS and Cluster API put it there (https://cloud-provider-azure.sigs.k8s.io/install/configs/).
    azureConfig:
      options.azureConfig ?? (distribution.id === "aks" ? "/etc/kubernetes/azure.json" : undefined),
    azureCloud: options.azureCloud,
    gcpWorkloadIdentityProvider: options.gcpWorkloadIdentityProvider,
    gcpProject: options.gcpProject,
    gcpIssuer: options.gcpIssuer,
    registries,
    identities: options.identities,
  };
  const { identities } = options;
  if (identities !== undefined) {
    checkIdentitiesPath(identities);
    if (options.helm === true && parentOf(identities) !== parentOf(distribution.configPath)) {
      throw new UsageError(
        `--identities ${identities}: the chart puts the file next to the configuration, so with --helm it must be in ${parentOf(distribution.configPath)}`,
      );
    }
  }
  const plan: Plan = {
    clouds,
    providers: clouds.map((cloud) => providerEntry(cloud, providerOptions)),
    podIdentity: providerOptions.podIdentity,
    directory: options.directory ?? `imagecred-${distribution.id}`,
  };
  const refusal = distribution.refuses?.(plan);
  if (refusal !== undefined) throw new UsageError(refusal);
  const config = {
    name: CONFIG_NAME,
    content: configYaml(plan),
    about: "the kubelet's CredentialProviderConfig",
  };
  const first = crossCloud === undefined ? "Edit" : "Read";
  const map = identities === undefined ? [] : [crossCloud?.identities ?? identitiesFile(clouds)];
  const otherSide = [
    ...(crossCloud?.serviceAccount === undefined ? [] : [crossCloud.serviceAccount]),
    ...(crossCloud?.files ?? []),
  ];
  const notesOfMap = (by: Parameters<typeof identitiesNotes>[2]) => [
    ...(crossCloud?.notes ?? []),
    ...(identities === undefined ? [] : identitiesNotes(identities, first, by)),
  ];
  if (options.helm === true) {
    return {
      plan,
      distribution,
      files: [config, helmValues(plan, distribution, map), ...otherSide],
      commands: helmCommands(plan),
      notes: [...notesOfMap("the chart"), ...helmNotes(distribution)],
    };
  }
  return {
    plan,
    distribution,
    files: [config, ...map, ...distribution.files(plan), ...rbacFile(plan), ...otherSide],
    commands: distribution.commands(plan),
    notes: [
      ...notesOfMap(distribution.installable ? "imagecred install" : undefined),
      ...distribution.notes(plan),
      ...windowsNotes(distribution.windows),
    ],
  };
}

/** Default path of the `--identities` file on the nodes. */
function defaultIdentitiesPath(distribution: string): string {
  const configPath = distributionById(distribution)?.configPath ?? "/etc/kubernetes/config";
  return joinPath(parentOf(configPath), IDENTITIES_NAME);
}

/** The options with those that the routes require. */
function withCrossCloud(given: PlanOptions, { from, googleProvider }: CrossCloudPlan): PlanOptions {
  return {
    ...given,
    identities: given.identities ?? defaultIdentitiesPath(given.distribution),
    ...(from === "pods" ? { podIdentity: true } : {}),
    ...(googleProvider === undefined ? {} : { gcpWorkloadIdentityProvider: googleProvider }),
  };
}

/** `aws,gcp` or several options, each cloud once, in the order given: the kubelet runs the plugins in that order. */
function parseClouds(words: readonly string[]): readonly Cloud[] {
  const clouds = new Set<Cloud>();
  for (const word of words.flatMap((list) => list.split(","))) {
    const cloud = CLOUDS.find((known) => known === word.trim().toLowerCase());
    if (cloud === undefined) {
      throw new UsageError(`--cloud ${word}: unknown; expected one of ${CLOUDS.join(", ")}`);
    }
    clouds.add(cloud);
  }
  return [...clouds];
}
