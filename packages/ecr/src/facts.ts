import { AWS_ANNOTATIONS, annotationFacts } from "@imagecred/identities/annotations";
import { checkIdentities, type MapFacts } from "@imagecred/identity-map";
import type { PluginFacts } from "@imagecred/protocol";
import { readAwsPart } from "./identity-map.ts";
import { DEFAULT_FALLBACK, type EcrOptions, flagTable, NAME, parseOptions } from "./options.ts";
import { describeRegistry, documentedHostForms, hostForms, parseRegistryHost } from "./registry.ts";
import { valuesOf } from "./role.ts";

/** Registries and options of the plugin for Amazon ECR. */
export const ecrFacts: PluginFacts<EcrOptions> = {
  name: NAME,
  otherNames: [],
  service: "Amazon ECR",
  pullRight:
    "ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository (policy AmazonEC2ContainerRegistryPullOnly); if the repository is in another account, its repository policy must allow them too",
  credentialSeconds: 12 * 3600,
  matchImages: documentedHostForms(),
  annotations: annotationFacts(AWS_ANNOTATIONS),
  defaultFallback: DEFAULT_FALLBACK,
  flags: flagTable(),
  parseArguments: parseOptions,
  hostForms: () => ({ patterns: hostForms() }),
  parseHost(host) {
    const registry = parseRegistryHost(host);
    return "notOurs" in registry ? registry : describeRegistry(registry);
  },
  audiences: () => ({
    known: [{ audience: "sts.amazonaws.com" }],
    others: "the client IDs of the cluster's IAM OIDC identity provider",
  }),
  podsNeedAnnotation: ({ podRoleArn }) => podRoleArn === undefined,
};

/** The plugin's part of the `--identities` file. */
export const ecrMap: MapFacts = {
  part: "aws",
  check: (decoded, file) => checkIdentities(decoded, file, "aws", readAwsPart).problems,
  placeholders({ host }) {
    const registry = parseRegistryHost(host);
    return "notOurs" in registry ? undefined : valuesOf(registry);
  },
};
