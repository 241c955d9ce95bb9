import type { AnnotationFact, PluginFacts } from "@imagecred/protocol";
import { DEFAULT_FALLBACK, type EcrOptions, parseOptions, USAGE } from "./options.ts";
import { describeRegistry, HOST_FORMS, MATCH_IMAGES, parseRegistryHost } from "./registry.ts";

/** The service account annotation that names the role with which a pod's images are pulled. */
export const ROLE_ANNOTATION = "eks.amazonaws.com/ecr-role-arn";

const ANNOTATIONS: readonly AnnotationFact[] = [
  { key: ROLE_ANNOTATION, namesIdentity: true, about: "ARN of the IAM role" },
];

/** What the plugin for Amazon ECR knows, without the AWS SDK. */
export const ecrFacts: PluginFacts<EcrOptions> = {
  name: "ecr-credential-provider",
  otherNames: [],
  service: "Amazon ECR",
  credentialSeconds: 12 * 3600,
  matchImages: MATCH_IMAGES,
  annotations: ANNOTATIONS,
  defaultFallback: DEFAULT_FALLBACK,
  flags: USAGE.flags,
  parseArguments: parseOptions,
  hostForms: () => ({ patterns: HOST_FORMS }),
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
