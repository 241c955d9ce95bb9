import { AZURE_ANNOTATIONS, annotationFacts } from "@imagecred/identities/annotations";
import { checkIdentities, type MapFacts } from "@imagecred/identity-map";
import type { Invocation, PluginFacts } from "@imagecred/protocol";
import { KNOWN_CLOUDS, type KnownCloud } from "./clouds.ts";
import { readAzurePart } from "./identity-map.ts";
import { type AcrArguments, DEFAULT_FALLBACK, flagTable, NAME, parseArguments } from "./options/arguments.ts";
import { describeRegistry, hostForms, parseRegistryHost } from "./registry.ts";
import { valuesOf } from "./tenant.ts";

/** Audience of the tokens that AKS's identity bindings endpoint exchanges. */
const BINDINGS_AUDIENCE = "api://AKSIdentityBinding";

/** The plugin's arguments, without the files that they name. */
export interface AcrFactArguments extends AcrArguments {
  /** False if the cloud depends on the kubelet's environment or a file. */
  readonly namesCloud: boolean;
}

/** The clouds that are possible with these arguments. */
function cloudsOf(args: AcrFactArguments | undefined): readonly KnownCloud[] {
  // The `--identities` file may set other clouds.
  return args?.namesCloud !== true || args.environmentCloud === undefined || args.identitiesFile !== undefined
    ? KNOWN_CLOUDS
    : [args.environmentCloud];
}

function parseKnown(invocation: Pick<Invocation, "args" | "env">): AcrFactArguments {
  const { AZURE_AUTHORITY_HOST: authority = "" } = invocation.env;
  return { ...parseArguments(invocation), namesCloud: authority !== "" };
}

/** Registries and options of the plugin for Azure Container Registry. */
export const acrFacts: PluginFacts<AcrFactArguments> = {
  name: NAME,
  // aks-engine installs it under this name on Azure Stack Hub.
  otherNames: ["azure-acr-credential-provider"],
  service: "Azure Container Registry",
  // https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions
  pullRight:
    "the role AcrPull on the registry; if the registry's permissions mode is RBAC Registry + ABAC Repository Permissions, which ignores AcrPull, the role Container Registry Repository Reader with a condition that covers this repository",
  credentialSeconds: 3 * 3600,
  matchImages: KNOWN_CLOUDS.flatMap(hostForms),
  annotations: annotationFacts(AZURE_ANNOTATIONS),
  defaultFallback: DEFAULT_FALLBACK,
  flags: flagTable(),
  parseArguments: parseKnown,
  hostForms: (args) => ({
    patterns: cloudsOf(args).flatMap(hostForms),
    ...(args?.configFile === undefined ? {} : { beyond: `the cloud in ${args.configFile}` }),
  }),
  parseHost(host, args) {
    const clouds = cloudsOf(args);
    for (const cloud of clouds) {
      const registry = parseRegistryHost(host, cloud);
      if (!("notOurs" in registry)) return describeRegistry(registry, cloud);
      if (registry.typo || clouds.length === 1) return registry;
    }
    return { notOurs: "is not a registry of Azure Container Registry" };
  },
  audiences: (args) => ({
    known:
      args.identityBindings === undefined
        ? cloudsOf(args).map((cloud) => ({ audience: cloud.tokenAudience, hosts: hostForms(cloud) }))
        : [{ audience: BINDINGS_AUDIENCE }],
    ...(args.identityBindings === undefined
      ? { others: "the audience of the application's federated credential" }
      : {}),
  }),
  podsNeedAnnotation: ({ identityBindings }) => identityBindings?.defaultClientId === undefined,
};

/** The plugin's part of the `--identities` file. */
export const acrMap: MapFacts = {
  part: "azure",
  check: (decoded, file) => checkIdentities(decoded, file, "azure", readAzurePart).problems,
  placeholders({ host }) {
    for (const cloud of KNOWN_CLOUDS) {
      const registry = parseRegistryHost(host, cloud);
      if (!("notOurs" in registry)) return valuesOf(registry);
    }
    return undefined;
  },
};
