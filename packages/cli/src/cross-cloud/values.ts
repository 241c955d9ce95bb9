/** The values in commands, policies and Terraform across clouds, given to `init` with `--set NAME=VALUE`. */

/** Specification of one value. */
export interface ValueSpec {
  /** Description, as the end of a sentence that begins with its name. */
  readonly about: string;
  /** Matches the whole text. Values are inserted into shell commands, JSON, YAML and HCL, so it allows no special characters. */
  readonly form: RegExp;
  readonly example: string;
  /** Used if it is not given. */
  readonly default?: string;
  /** The command that prints it while the other side is set up: the value can be missing at first. */
  readonly printedBy?: string;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ACCOUNT = /^\d{12}$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const REGISTRY_ID =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[\w.()-]+\/providers\/Microsoft\.ContainerRegistry\/registries\/[a-z0-9]{5,50}$/i;
const FILE = /^\/[\w./-]+$/;
const ANYWHERE = (kind: string) =>
  new RegExp(`^arn:aws[a-z-]*:rolesanywhere:[a-z0-9-]+:\\d{12}:${kind}/[\\w-]{1,64}$`);

export const VALUES = {
  "aws-account": {
    example: "123456789012",
    about: "the AWS account of the registry, or of the nodes",
    form: ACCOUNT,
  },
  "aws-node-role": { example: "node", about: "the name of the instances' role", form: NAME },
  "aws-issuer": {
    example: "https://56789012-bbbb-4ccc-8ddd-123456789012.tokens.sts.global.api.aws",
    about: "the issuer of the account's tokens",
    form: /^https:\/\/[a-z0-9.-]+$/,
    printedBy: "aws iam enable-outbound-web-identity-federation",
  },
  "trust-anchor": {
    example: "arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/50000000-eeee-4eee-8eee-000000000002",
    about: "the ARN of the trust anchor",
    form: ANYWHERE("trust-anchor"),
    printedBy: "aws rolesanywhere create-trust-anchor",
  },
  "anywhere-profile": {
    example: "arn:aws:rolesanywhere:us-west-2:123456789012:profile/60000000-ffff-4fff-8fff-000000000002",
    about: "the ARN of the profile of IAM Roles Anywhere",
    form: ANYWHERE("profile"),
    printedBy: "aws rolesanywhere create-profile",
  },
  issuer: {
    example: "https://oidc.example.com/clusters/on-premises",
    about: "the cluster's issuer (kubectl get --raw /.well-known/openid-configuration)",
    form: /^https:\/\/[A-Za-z0-9.-]+(?::\d+)?(?:\/[\w.~-]+)*\/?$/,
  },
  namespace: {
    example: "default",
    about: "the namespace of the pods",
    form: /^[a-z0-9][a-z0-9-]{0,62}$/,
    default: "default",
  },
  "service-account": {
    example: "app",
    about: "the service account of the pods",
    form: /^[a-z0-9][a-z0-9.-]{0,252}$/,
  },
  "azure-tenant": {
    example: "10000000-aaaa-4aaa-8aaa-000000000001",
    about: "the tenant of the registry, or of the nodes in Azure",
    form: GUID,
  },
  "azure-registry": {
    example:
      "/subscriptions/30000000-cccc-4ccc-8ccc-000000000001/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/myreg",
    about: "the resource ID of the registry in Azure",
    form: REGISTRY_ID,
  },
  "azure-application": {
    example: "70000000-aaaa-4aaa-8aaa-000000000001",
    about: "the client ID of the application that may pull",
    form: GUID,
    printedBy: "az ad app create",
  },
  "aws-audience-application": {
    example: "70000000-aaaa-4aaa-8aaa-000000000005",
    about: "the client ID of the application that is the audience for AWS",
    form: GUID,
    printedBy: "az ad app create",
  },
  "google-audience-application": {
    example: "70000000-aaaa-4aaa-8aaa-000000000006",
    about: "the client ID of the application that is the audience for Google Cloud",
    form: GUID,
    printedBy: "az ad app create",
  },
  "partner-application": {
    example: "70000000-aaaa-4aaa-8aaa-000000000004",
    about: "the client ID of the multitenant application",
    form: GUID,
    printedBy: "az ad app create",
  },
  "identity-group": {
    example: "nodes",
    about: "the resource group of the nodes' managed identity",
    form: NAME,
  },
  "identity-name": { example: "kubelet", about: "the name of the nodes' managed identity", form: NAME },
  "identity-client-id": {
    example: "20000000-bbbb-4bbb-8bbb-000000000004",
    about: "the client ID of the nodes' managed identity (az identity show --query clientId)",
    form: GUID,
  },
  "identity-object-id": {
    example: "20000000-bbbb-4bbb-8bbb-000000000014",
    about:
      "the object ID of the nodes' managed identity (az identity show --query principalId; under Azure Arc, identity.principalId of the machine)",
    form: GUID,
  },
  "partner-tenant": {
    example: "10000000-aaaa-4aaa-8aaa-000000000005",
    about: "the tenant of the registry, if it is not the nodes' own",
    form: GUID,
  },
  "partner-registry": {
    example:
      "/subscriptions/30000000-cccc-4ccc-8ccc-000000000005/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/partnerreg",
    about: "the resource ID of the registry in the other tenant",
    form: REGISTRY_ID,
  },
  "google-project": {
    example: "imagecred-prod",
    about: "the project in Google Cloud",
    form: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
  },
  "google-project-number": {
    example: "123456789012",
    about: "that project's number (gcloud projects describe)",
    form: /^\d{1,19}$/,
  },
  "google-location": {
    example: "us-central1",
    about: "the repository's location",
    form: /^[a-z][a-z0-9-]{1,62}$/,
  },
  "google-repository": { example: "repo", about: "the repository's name", form: /^[a-z][a-z0-9-]{0,62}$/ },
  "google-node-account": {
    example: "node@imagecred-prod.iam.gserviceaccount.com",
    about: "the email address of the instances' service account",
    form: /^[a-z0-9-]+@[a-z0-9.-]+$/,
  },
  "google-node-account-id": {
    example: "102030405060708090100",
    about: "that account's numeric ID (gcloud iam service-accounts describe)",
    form: /^\d{1,30}$/,
  },
  "google-audience": {
    example: "https://aws.example.com/image-pulls",
    about: "the audience of the instances' tokens for AWS",
    form: /^[A-Za-z0-9][\w.:/-]{0,254}$/,
    default: "sts.amazonaws.com",
  },
  certificate: {
    example: "/var/lib/kubelet/pki/kubelet-client-current.pem",
    about: "the PEM file on the nodes with their certificate and its key",
    form: FILE,
    default: "/var/lib/kubelet/pki/kubelet-client-current.pem",
  },
  "azure-certificate": {
    example: "/etc/kubernetes/pki/image-pulls.pem",
    about: "the PEM file on the nodes with the certificate for Entra ID and its RSA key",
    form: FILE,
    default: "/etc/kubernetes/pki/image-pulls.pem",
  },
} as const satisfies Readonly<Record<string, ValueSpec>>;

/** Name of a value. */
export type ValueName = keyof typeof VALUES;

/** The values of one run: the facts of the Azure cloud, and a text for each name that a route needs. */
export interface Values {
  of(name: ValueName): string;
  readonly azure: AzureFacts;
}

/** Values of an Azure cloud in commands. */
export interface AzureFacts {
  /** Audience of federated credentials. */
  readonly audience: string;
  /** Entra ID's host, with `https://` and without a trailing slash. */
  readonly authority: string;
  /** Issuer of managed identities' tokens for an application (version 1.0), without the tenant at its end. */
  readonly issuer: string;
  /** Domain of the registries' hosts. */
  readonly suffix: string;
}
