import { annotationFacts, GOOGLE_ANNOTATIONS } from "@imagecred/identities/annotations";
import { checkIdentities, type MapFacts } from "@imagecred/identity-map";
import type { PluginFacts } from "@imagecred/protocol";
import { readGooglePart } from "./identity-map.ts";
import { DEFAULT_FALLBACK, flagTable, type GcrOptions, NAME, parseOptions } from "./options.ts";
import { describeRegistry, hostForms, knownHostForms, parseRegistryHost } from "./registry.ts";
import { valuesOf } from "./service-account.ts";
import { DEFAULT_UNIVERSE } from "./universe.ts";

/** Registries and options of the plugin for Google's registries. */
export const gcrFacts: PluginFacts<GcrOptions> = {
  name: NAME,
  // cloud-provider-gcp's binary is called auth-provider-gcp; GKE and kOps install it as gcp-credential-provider.
  otherNames: ["gcp-credential-provider", "auth-provider-gcp"],
  service: "Google Artifact Registry",
  pullRight: "the role roles/artifactregistry.reader on the repository, or on its project",
  credentialSeconds: 3600,
  matchImages: hostForms(DEFAULT_UNIVERSE),
  annotations: annotationFacts(GOOGLE_ANNOTATIONS),
  defaultFallback: DEFAULT_FALLBACK,
  flags: flagTable(),
  parseArguments: parseOptions,
  hostForms(args) {
    if (args !== undefined && args.authFlow !== "gcr") {
      return { patterns: [], beyond: "the .dockercfg in the instance's metadata" };
    }
    const { universe, identitiesFile } = args ?? {};
    if (identitiesFile !== undefined) {
      const own = universe === undefined ? [] : hostForms(universe);
      const patterns = [...new Set([...knownHostForms(), ...own])];
      return { patterns, beyond: `the universes in ${identitiesFile}` };
    }
    return { patterns: universe === undefined ? knownHostForms() : hostForms(universe) };
  },
  parseHost(host, args) {
    const registry = parseRegistryHost({ host, port: undefined }, args?.universe);
    if ("notOurs" in registry) return registry;
    const { universe, identitiesFile } = args ?? {};
    if (
      universe !== undefined &&
      identitiesFile === undefined &&
      universe.domain !== registry.universe.domain
    ) {
      return {
        notOurs: `belongs to the universe ${registry.universe.domain}, not to ${universe.domain}`,
      };
    }
    return describeRegistry(registry);
  },
  audiences({ pool }) {
    if (pool === undefined)
      return { known: [], others: "the pool that the service account's annotation names" };
    if (pool.kind === "gke") return { known: [{ audience: pool.tokenAudience }] };
    return {
      known: [{ audience: pool.tokenAudience }],
      others: "the allowed audiences of the pool's provider",
    };
  },
  podsNeedAnnotation: ({ pool }) => pool?.kind !== "workload-identity",
};

/** The plugin's part of the `--identities` file. */
export const gcrMap: MapFacts = {
  part: "google",
  check(decoded, file, invocation) {
    const { universe } = parseOptions(invocation);
    return checkIdentities(decoded, file, "google", readGooglePart(universe)).problems;
  },
  placeholders(image) {
    const registry = parseRegistryHost(image);
    return "notOurs" in registry ? undefined : valuesOf(image, registry.universe);
  },
};
