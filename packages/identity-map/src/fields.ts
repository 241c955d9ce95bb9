/**
 * The file's fields: the table that it is decoded with and that its JSON Schema is made of. A field that a plugin has a flag
 * for is called as that flag in camel case, and means the same.
 */
import type { Fields, ValuesOf } from "./field.ts";

export const API_VERSION = "imagecred.dev/v1alpha1";
export const KIND = "ImageIdentities";

const ROLE_ABOUT =
  "ARN of a role. {account}, {region} and {partition} stand for those of the registry that is asked.";
const ROLE_EXAMPLE = "arn:{partition}:iam::{account}:role/image-pull";

const EXTERNAL_ID = {
  kind: "text",
  about: "External ID that the role's trust policy asks for. It is not a secret.",
} as const;

/** What the node has to show, the same for every cloud's registries; each is called as its flag without `node`. */
const NODE = {
  identity: {
    kind: "text",
    required: true,
    words: ["auto", "aws", "azure", "google", "certificate"],
    about:
      "What the node has to show for these registries: --node-identity. azure: a managed identity, on Azure or under Azure Arc. auto: what the registry's own cloud calls a node's identity.",
  },
  audience: {
    kind: "text",
    about: "Audience of the token by which the node shows who it is: --node-audience.",
    examples: ["api://imagecred-aws-nodes"],
  },
  managedIdentity: {
    kind: "text",
    about:
      "identity azure: which user-assigned identity of the machine, by client ID, object ID or ARM ID: --node-managed-identity.",
  },
  certificate: {
    kind: "text",
    about:
      "identity certificate: PEM file with the certificate, and with its key unless privateKey names that: --node-certificate.",
    examples: ["/var/lib/kubelet/pki/kubelet-client-current.pem"],
  },
  privateKey: { kind: "text", about: "PEM file with the certificate's key: --node-private-key." },
  intermediates: {
    kind: "text",
    about:
      "PEM file with the authorities between the certificate and the trust anchor: --node-intermediates.",
  },
} as const satisfies Fields;

const NODE_SERVICE_ACCOUNT = {
  kind: "text",
  about: "identity google: which of the instance's service accounts: --node-service-account.",
  examples: ["node@project.iam.gserviceaccount.com"],
} as const;

const NODE_ABOUT =
  "The node's identity for these registries, where it is one of another cloud or a certificate: all of it, in the place of --node-identity and its flags.";

const AWS = {
  roleArn: {
    kind: "text",
    instead: ["role"],
    about: `The role that is assumed last, with the identity found: --role-arn. ${ROLE_ABOUT}`,
    examples: [ROLE_EXAMPLE],
  },
  externalId: EXTERNAL_ID,
  roleChain: {
    kind: "groups",
    about: "Several roles, each assumed with the one before it, instead of roleArn.",
    fields: {
      roleArn: { kind: "text", about: ROLE_ABOUT, required: true, examples: [ROLE_EXAMPLE] },
      externalId: EXTERNAL_ID,
    },
  },
  podRoleArn: {
    kind: "text",
    about: `Role of a pod whose service account names none: AWS_ECR_ROLE_ARN. ${ROLE_ABOUT}`,
    examples: [ROLE_EXAMPLE],
  },
  nodeRoleArn: {
    kind: "text",
    about: `The role that a node of another cloud, or with a certificate, becomes: --node-role-arn. ${ROLE_ABOUT}`,
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
        about: `The role that the node's identity becomes: --node-role-arn. ${ROLE_ABOUT}`,
        examples: [ROLE_EXAMPLE],
      },
      trustAnchorArn: {
        kind: "text",
        about: "identity certificate: the trust anchor of IAM Roles Anywhere: --node-trust-anchor-arn.",
      },
      profileArn: {
        kind: "text",
        about:
          "identity certificate: the profile of IAM Roles Anywhere that has the role: --node-profile-arn.",
      },
    },
  },
  roleSessionName: {
    kind: "text",
    about: "Session name of every role that is assumed: --role-session-name.",
  },
  profile: {
    kind: "text",
    about:
      "Profile of the node's AWS config files whose identity is used instead of all others: AWS_PROFILE of this entry.",
  },
  stsEndpoint: {
    kind: "text",
    about: "URL of AWS STS, such as that of a VPC endpoint: AWS_ENDPOINT_URL_STS of this entry.",
    examples: ["https://vpce-0123456789abcdef0-abcdefgh.sts.eu-west-1.vpce.amazonaws.com"],
  },
} as const satisfies Fields;

const AZURE = {
  tenantId: {
    kind: "text",
    instead: ["tenant"],
    about:
      "Tenant of the registry, by its GUID or a domain: --tenant-id. {registry} stands for the registry's name.",
    examples: ["72f988bf-86f1-41af-91ab-2d7cd011db47", "{registry}.onmicrosoft.com"],
  },
  clientId: {
    kind: "text",
    instead: ["client"],
    about:
      "Client ID of the application or of the user-assigned managed identity: for the node, and for pods whose service account names none.",
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
          "Application of Entra ID that trusts the node's identity: --node-client-id. With identity azure, without it: the machine's managed identity itself.",
      },
    },
  },
  cloud: {
    kind: "text",
    about: "The registry's cloud, as azure.json names it.",
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
      "The pool's provider that accepts a node of another cloud, or with a certificate: --node-workload-identity-provider.",
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
      "Which of the instance's service accounts, or with {project} or {location} the account to become: --service-account.",
    examples: ["puller@{project}.iam.gserviceaccount.com"],
  },
  impersonateServiceAccount: {
    kind: "text",
    about:
      "The service account to become, with the identity found: --impersonate-service-account. {project} and {location} stand for those of the image.",
    examples: ["puller@{project}.iam.gserviceaccount.com"],
  },
  universeDomain: {
    kind: "text",
    about: "Universe of the registries and the credentials: --universe-domain.",
    examples: ["s3nsapis.fr"],
  },
  registryDomain: {
    kind: "text",
    about: "Domain of the universe's registries, where this version does not know it: --registry-domain.",
  },
  stsEndpoint: {
    kind: "text",
    about: "A regional or private endpoint of Google STS, for pods and node: --sts-endpoint.",
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
    instead: ["registry", "images", "matchImages"],
    about:
      "Images that the entry is for, as in matchImages: host[:port][/path]. A * stands for one label of the host, or a part of it; the path is a prefix. For a mirror (--registry), the registry that is asked counts.",
    examples: [["*.dkr.ecr.*.amazonaws.com"], ["us-docker.pkg.dev/team-a/"]],
  },
  identity: {
    kind: "text",
    words: ["auto", "pod", "node", "anonymous"],
    about:
      "Whose identity is used: --identity. anonymous: none, and nothing is asked; the image is pulled without a credential.",
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

export const FILE = {
  apiVersion: { kind: "text", words: [API_VERSION], required: true, about: "Version of this format." },
  kind: { kind: "text", words: [KIND], required: true, about: "Name of this format." },
  identities: {
    kind: "groups",
    fields: ENTRY,
    required: true,
    about: "The first entry that matches an image is used. What it says wins over the plugin's flags.",
  },
} as const satisfies Fields;

/** The parts of an entry that are for one cloud. */
export const CLOUDS = ["aws", "azure", "google"] as const;

/** One of them. */
export type Cloud = (typeof CLOUDS)[number];

/** An entry, as it was decoded: its values are texts of the right form that nothing else is known about. */
export type Entry = ValuesOf<typeof ENTRY>;

/** An entry's part for a cloud. */
export type AwsPart = ValuesOf<typeof AWS>;
export type AzurePart = ValuesOf<typeof AZURE>;
export type GooglePart = ValuesOf<typeof GOOGLE>;

/** The parts by their clouds. */
export interface Parts {
  readonly aws: AwsPart;
  readonly azure: AzurePart;
  readonly google: GooglePart;
}
