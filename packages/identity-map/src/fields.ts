/**
 * The file's fields: one table for decoding and for the JSON Schema. A field with a corresponding flag has the flag's name in
 * camel case, and the same meaning.
 */
import type { Fields, ValuesOf } from "./field.ts";

export const API_VERSION = "imagecred.dev/v1alpha1";
export const KIND = "ImageIdentities";

const ROLE_ABOUT = "ARN of a role. {account}, {region} and {partition} are replaced by the registry's.";
const ROLE_EXAMPLE = "arn:{partition}:iam::{account}:role/image-pull";

const EXTERNAL_ID = {
  kind: "text",
  about: "External ID that the role's trust policy requires. It is not a secret.",
} as const;

/** The node's identity, with the same fields for every cloud's registries. Each has its flag's name without `node`. */
const NODE = {
  identity: {
    kind: "text",
    required: true,
    words: ["auto", "aws", "azure", "google", "certificate"],
    about:
      "The node's identity for these registries: --node-identity. azure: a managed identity, on Azure or with Azure Arc. auto: an identity of the registry's own cloud.",
  },
  audience: {
    kind: "text",
    about: "Audience of the token that proves the node's identity: --node-audience.",
    examples: ["api://imagecred-aws-nodes"],
  },
  managedIdentity: {
    kind: "text",
    about:
      "With identity azure: client ID, object ID or ARM ID of a user-assigned identity of this machine: --node-managed-identity.",
  },
  certificate: {
    kind: "text",
    about:
      "With identity certificate: PEM file with the certificate, and with its key unless privateKey is set: --node-certificate.",
    examples: ["/var/lib/kubelet/pki/kubelet-client-current.pem"],
  },
  privateKey: { kind: "text", about: "PEM file with the certificate's key: --node-private-key." },
  intermediates: {
    kind: "text",
    about: "PEM file with the intermediate certificates up to the trust anchor: --node-intermediates.",
  },
} as const satisfies Fields;

const NODE_SERVICE_ACCOUNT = {
  kind: "text",
  about: "With identity google: the instance's service account to use: --node-service-account.",
  examples: ["node@project.iam.gserviceaccount.com"],
} as const;

const NODE_ABOUT =
  "The node's identity for these registries, if it is of another cloud or a certificate. It replaces --node-identity and its related flags.";

const AWS = {
  roleArn: {
    kind: "text",
    wrongNames: ["role"],
    about: `The role to assume with the identity found: --role-arn. ${ROLE_ABOUT}`,
    examples: [ROLE_EXAMPLE],
  },
  externalId: EXTERNAL_ID,
  roleChain: {
    kind: "groups",
    about: "Instead of roleArn: several roles, each assumed with the one before it.",
    fields: {
      roleArn: { kind: "text", about: ROLE_ABOUT, required: true, examples: [ROLE_EXAMPLE] },
      externalId: EXTERNAL_ID,
    },
  },
  podRoleArn: {
    kind: "text",
    about: `Role of pods whose service account has no annotation: AWS_ECR_ROLE_ARN. ${ROLE_ABOUT}`,
    examples: [ROLE_EXAMPLE],
  },
  nodeRoleArn: {
    kind: "text",
    about: `The role that a node in another cloud, or with a certificate, assumes: --node-role-arn. ${ROLE_ABOUT}`,
    examples: [ROLE_EXAMPLE],
  },
  node: {
    kind: "group",
    about: NODE_ABOUT,
    fields: {
      ...NODE,
      serviceAccount: NODE_SERVICE_ACCOUNT,
      roleArn: {
        kind: "text",
        about: `The role that the node's identity assumes: --node-role-arn. ${ROLE_ABOUT}`,
        examples: [ROLE_EXAMPLE],
      },
      trustAnchorArn: {
        kind: "text",
        about: "With identity certificate: the trust anchor of IAM Roles Anywhere: --node-trust-anchor-arn.",
      },
      profileArn: {
        kind: "text",
        about:
          "With identity certificate: the profile of IAM Roles Anywhere that has the role: --node-profile-arn.",
      },
    },
  },
  roleSessionName: {
    kind: "text",
    about: "Session name of assumed roles: --role-session-name.",
  },
  profile: {
    kind: "text",
    about:
      "Profile of the node's AWS config files that is the only identity of this entry, like AWS_PROFILE.",
  },
  stsEndpoint: {
    kind: "text",
    about: "URL of AWS STS for this entry, such as a VPC endpoint's: AWS_ENDPOINT_URL_STS.",
    examples: ["https://vpce-0123456789abcdef0-abcdefgh.sts.eu-west-1.vpce.amazonaws.com"],
  },
} as const satisfies Fields;

const AZURE = {
  tenantId: {
    kind: "text",
    wrongNames: ["tenant"],
    about:
      "Tenant of the registry, by its GUID or a domain: --tenant-id. {registry} is replaced by the registry's name.",
    examples: ["72f988bf-86f1-41af-91ab-2d7cd011db47", "{registry}.onmicrosoft.com"],
  },
  clientId: {
    kind: "text",
    wrongNames: ["client"],
    about:
      "Client ID of the application or of the user-assigned managed identity, for the node and for pods whose service account has no annotation.",
    examples: ["11111111-2222-3333-4444-555555555555"],
  },
  node: {
    kind: "group",
    about: NODE_ABOUT,
    fields: {
      ...NODE,
      serviceAccount: NODE_SERVICE_ACCOUNT,
      clientId: {
        kind: "text",
        about:
          "Application of Entra ID that trusts the node's identity: --node-client-id. Without it, identity azure uses the machine's managed identity itself.",
      },
    },
  },
  cloud: {
    kind: "text",
    about: "The registry's cloud, by its name in azure.json.",
    examples: ["AzurePublicCloud", "AzureChinaCloud", "AzureUSGovernmentCloud"],
  },
  audience: { kind: "text", about: "Audience of the Entra ID tokens: --audience." },
} as const satisfies Fields;

const GOOGLE = {
  workloadIdentityProvider: {
    kind: "text",
    about: "The pool's provider that accepts the pods' tokens: --workload-identity-provider.",
    examples: ["projects/123456789012/locations/global/workloadIdentityPools/clusters/providers/eks"],
  },
  nodeWorkloadIdentityProvider: {
    kind: "text",
    about:
      "The pool's provider that accepts a node in another cloud, or with a certificate: --node-workload-identity-provider.",
    examples: ["projects/123456789012/locations/global/workloadIdentityPools/clusters/providers/nodes"],
  },
  node: {
    kind: "group",
    about: NODE_ABOUT,
    fields: {
      ...NODE,
      workloadIdentityProvider: {
        kind: "text",
        about: "The pool's provider that accepts the node's identity: --node-workload-identity-provider.",
        examples: ["projects/123456789012/locations/global/workloadIdentityPools/clusters/providers/nodes"],
      },
    },
  },
  serviceAccount: {
    kind: "text",
    about:
      "The instance's service account to use; with {project} or {location}, the account to impersonate: --service-account.",
    examples: ["puller@{project}.iam.gserviceaccount.com"],
  },
  impersonateServiceAccount: {
    kind: "text",
    about:
      "The service account to impersonate with the identity found: --impersonate-service-account. {project} and {location} are replaced by the image's.",
    examples: ["puller@{project}.iam.gserviceaccount.com"],
  },
  universeDomain: {
    kind: "text",
    about: "Universe of the registries and the credentials: --universe-domain.",
    examples: ["s3nsapis.fr"],
  },
  registryDomain: {
    kind: "text",
    about: "Domain of the universe's registries, if this version does not know it: --registry-domain.",
  },
  stsEndpoint: {
    kind: "text",
    about: "A regional or private endpoint of Google STS, for pods and the node: --sts-endpoint.",
    examples: ["https://sts.europe-west3.rep.googleapis.com"],
  },
  stsMtlsEndpoint: {
    kind: "text",
    about: "The same for mutual TLS, which a node with a certificate uses: --sts-mtls-endpoint.",
    examples: ["https://sts-internal.p.googleapis.com"],
  },
  iamcredentialsEndpoint: {
    kind: "text",
    about:
      "A regional or private endpoint of the IAM Service Account Credentials API: --iamcredentials-endpoint.",
  },
} as const satisfies Fields;

const ENTRY = {
  registries: {
    kind: "texts",
    required: true,
    wrongNames: ["registry", "images", "matchImages"],
    about:
      "Images of the entry, as in matchImages: host[:port][/path]. A * matches one label of the host, or a part of it; the path is a prefix. For a mirror (--registry), the target's name is compared.",
    examples: [["*.dkr.ecr.*.amazonaws.com"], ["us-docker.pkg.dev/team-a/"]],
  },
  identity: {
    kind: "text",
    words: ["auto", "pod", "node", "anonymous"],
    about:
      "The identity that is used: --identity. anonymous: none; the image is pulled without a credential.",
  },
  identityFallback: {
    kind: "text",
    words: ["none", "unassigned", "node"],
    about: "When a pod gets the node's identity: --identity-fallback.",
  },
  aws: { kind: "group", fields: AWS, about: "For registries of Amazon ECR." },
  azure: { kind: "group", fields: AZURE, about: "For registries of Azure Container Registry." },
  google: { kind: "group", fields: GOOGLE, about: "For Google Artifact Registry and gcr.io." },
} as const satisfies Fields;

/** The whole file. */
export const FILE = {
  apiVersion: { kind: "text", words: [API_VERSION], required: true, about: "Version of this format." },
  kind: { kind: "text", words: [KIND], required: true, about: "Name of this format." },
  identities: {
    kind: "groups",
    fields: ENTRY,
    required: true,
    about: "The first entry that matches an image is used. Its settings override the plugin's flags.",
  },
} as const satisfies Fields;

/** The parts of an entry that are for one cloud. */
export const CLOUDS = ["aws", "azure", "google"] as const;

/** One of {@link CLOUDS}. */
export type Cloud = (typeof CLOUDS)[number];

/** A decoded entry. Its values are texts of the right type, not checked further. */
export type Entry = ValuesOf<typeof ENTRY>;

/** An entry's parts for the clouds. */
export type AwsPart = ValuesOf<typeof AWS>;
export type AzurePart = ValuesOf<typeof AZURE>;
export type GooglePart = ValuesOf<typeof GOOGLE>;

/** The parts by their clouds. */
export interface Parts {
  readonly aws: AwsPart;
  readonly azure: AzurePart;
  readonly google: GooglePart;
}
