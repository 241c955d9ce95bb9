import { writeFileSync } from "node:fs";
import { type Case, type Cases, fileOf, PREFIX } from "./case.ts";

/** An --identities file. @param entries the YAML of each entry, without indentation */
function mapOf(...entries: readonly string[]): string {
  const list = entries.map((entry) => `  - ${entry.replaceAll("\n", "\n    ")}\n`);
  return `apiVersion: imagecred.dev/v1alpha1\nkind: ImageIdentities\nidentities:\n${list.join("")}`;
}

/** A provider with an --identities file. */
const WITH_MAP: Case = {
  name: "ecr-credential-provider",
  match: '["*.dkr.ecr.*.amazonaws.com"]',
  provider: "args: [--identities=/etc/kubernetes/identities.yaml]",
};

/** The same, with that file next to the configuration. */
function withMap(...entries: readonly string[]): Case {
  return {
    ...WITH_MAP,
    prepare: (bench) => writeFileSync(bench.path("identities.yaml"), mapOf(...entries)),
  };
}

/** lint/identity-map-lints.ts */
export const IDENTITY_MAP_CASES: Cases = {
  "identity-map": {
    hits: [
      {
        file: mapOf("registries: [r.io]\naws: {rolArn: 'arn:aws:iam::123456789012:role/x'}"),
        at: [5, 11],
        says: /unknown field "rolArn"; did you mean roleArn\?/,
      },
      {
        file: mapOf("registries: [r.io]\naws: {externalId: 42, roleArn: arn:aws:iam::123456789012:role/x}"),
        at: [5, 23],
        fixed: [/externalId: "42"/],
      },
      { file: mapOf("registries: [r.io]\nidentity: nodes"), at: [5, 15], fixed: [/identity: node/] },
      {
        file: mapOf("registries: [r.io]\naws: {roleArn: pull}"),
        at: [5, 20],
        says: /expected the ARN of a role/,
      },
      {
        file: mapOf("registries: [r.io]\nazure: {tenantId: contoso/x}"),
        at: [5, 23],
        says: /expected a tenant's GUID or domain/,
      },
      {
        file: mapOf("registries: [r.io]\ngoogle: {serviceAccount: 'p@{proj}.iam.gserviceaccount.com'}"),
        at: [5, 30],
        says: /has \{proj\} at character 3, expected \{project\} or \{location\}/,
      },
      { file: mapOf("registries: [https://r.io]"), at: [4, 18], says: /has a scheme/ },
      { file: "kind: ImageIdentities\nidentities: [", says: /yaml: / },
    ],
    misses: [{ file: mapOf("registries: [r.io]\naws: {roleArn: 'arn:{partition}:iam::{account}:role/x'}") }],
  },
  "identity-map-not-seen": {
    hits: [{ ...WITH_MAP, at: [8, 12], says: /\/etc\/kubernetes\/identities\.yaml is not on this machine/ }],
    misses: [withMap("registries: ['*.dkr.ecr.*.amazonaws.com']")],
  },
  "identity-unreachable": {
    hits: [
      {
        file: mapOf("registries: ['*.azurecr.io']", "registries: [a.azurecr.io, b.azurecr.us]"),
        at: [5, 18],
        says: /"a\.azurecr\.io" never applies: "\*\.azurecr\.io" of identities\[0\]/,
        fixed: [/registries: \[b\.azurecr\.us\]/],
      },
      {
        file: mapOf("registries: [us-docker.pkg.dev/a/]", "registries: [us-docker.pkg.dev/a/b/]"),
        at: [5, 18],
      },
    ],
    misses: [
      { file: mapOf("registries: [us-docker.pkg.dev/a/b/]", "registries: [us-docker.pkg.dev/a/]") },
      {
        file: mapOf("registries: ['*.azurecr.io']", "registries: ['*.*.geo.azurecr.io', 'a.azurecr.io:443']"),
      },
    ],
  },
  "identity-wrong-cloud": {
    hits: [
      {
        file: mapOf("registries: ['*.azurecr.io']\naws: {profile: x}"),
        at: [5, 10],
        says: /aws is never read: this registry is Azure Container Registry's/,
      },
    ],
    misses: [
      {
        file: mapOf(
          "registries: ['*.azurecr.io', 123456789012.dkr.ecr.eu-west-1.amazonaws.com]\naws: {profile: x}",
        ),
      },
      { file: mapOf("registries: [registry.example.com]\naws: {profile: x}") },
    ],
  },
  "identity-unused": {
    hits: [
      {
        ...withMap("registries: ['*.azurecr.io']\nazure: {tenantId: contoso.com}"),
        says: /no provider for Azure Container Registry/,
      },
      {
        ...withMap("registries: ['*.azurecr.io']\nazure: {tenantId: contoso.com}"),
        file: `${fileOf(WITH_MAP)}${fileOf({ name: "acr-credential-provider", match: '["*.azurecr.io"]' }).slice(PREFIX.length)}`,
        says: /"acr-credential-provider" has no --identities/,
        fixed: [/args: \["?--identities=\/etc\/kubernetes\/identities\.yaml"?\]/],
      },
    ],
    misses: [
      withMap("registries: ['*.dkr.ecr.*.amazonaws.com']\naws: {profile: x}"),
      { file: mapOf("registries: ['*.azurecr.io']\nazure: {tenantId: contoso.com}") },
    ],
  },
  "identity-pod-without-token": {
    hits: [
      {
        ...withMap("registries: ['*.dkr.ecr.*.amazonaws.com']\nidentity: pod"),
        says: /"ecr-credential-provider" has no tokenAttributes/,
      },
    ],
    misses: [
      withMap("registries: ['*.dkr.ecr.*.amazonaws.com']\nidentity: pod\nidentityFallback: node"),
      withMap("registries: ['*.dkr.ecr.*.amazonaws.com']\nidentity: node"),
      withMap("registries: ['*.azurecr.io']\nidentity: pod"),
    ],
  },
  "identity-path-prefix": {
    hits: [
      {
        file: mapOf("registries: [us-docker.pkg.dev/team-a]"),
        at: [4, 18],
        fixed: [/us-docker\.pkg\.dev\/team-a\//],
      },
    ],
    misses: [{ file: mapOf("registries: [us-docker.pkg.dev/team-a/, us-docker.pkg.dev]") }],
  },
};
