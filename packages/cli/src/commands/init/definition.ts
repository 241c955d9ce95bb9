import { SOURCES } from "../../cross-cloud/route.ts";
import { DISTRIBUTION_IDS } from "../../distributions/index.ts";
import { AZURE_CLOUDS, CLOUDS } from "../../distributions/types.ts";
import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { COMMON_OPTIONS } from "../shared-options.ts";

export const init = {
  name: "init",
  summary: "write the kubelet's configuration for your clouds and distribution",
  description:
    "Writes a CredentialProviderConfig with one provider per cloud, and the flags or files that the distribution needs, " +
    "into a new directory, and prints the two commands that apply it. Changes nothing else on the machine.",
  options: [
    {
      name: "cloud",
      value: "list",
      about: "clouds whose registries the nodes pull from, separated by commas: aws, azure, gcp",
      completes: CLOUDS,
      required: true,
      repeated: true,
    },
    {
      name: "distribution",
      value: "name",
      about: `Kubernetes distribution of the nodes: ${DISTRIBUTION_IDS.join(", ")}`,
      completes: DISTRIBUTION_IDS,
      required: true,
    },
    {
      name: "directory",
      short: "d",
      value: "dir",
      about: "directory to write to (default: imagecred-DISTRIBUTION)",
      completes: "directory",
    },
    {
      name: "pod-identity",
      about: "pull with the identity of the pod's service account (Kubernetes 1.34+); adds the RBAC manifest",
    },
    { name: "node-fallback", about: "with --pod-identity: pods without a cloud identity use the node's" },
    {
      name: "registry",
      value: "host=target",
      about: "use a registry's credentials for this mirror or pull-through host; can be repeated",
      repeated: true,
    },
    {
      name: "identities",
      value: "path",
      about:
        "path on the nodes of a file with an identity for each registry, for many accounts, tenants or projects; writes a first version of it",
    },
    {
      name: "cross-cloud",
      value: "from",
      about:
        "set up both sides for nodes or pods outside the registries' cloud: pods (of any cluster), ec2, azure, arc, gce, or machines with a certificate; writes the identity map, and commands and Terraform for each cloud",
      choices: SOURCES,
    },
    {
      name: "set",
      value: "name=value",
      about:
        "with --cross-cloud: a value such as an account or a tenant; init lists the ones that are missing",
      repeated: true,
    },
    { name: "azure-config", value: "path", about: "path of azure.json on the nodes, for the ACR plugin" },
    {
      name: "azure-cloud",
      value: "name",
      about: "Azure cloud of the nodes: sets the registries' domain and the token audience",
      choices: AZURE_CLOUDS,
    },
    {
      name: "gcp-workload-identity-provider",
      value: "name",
      about:
        "with --pod-identity: projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER",
    },
    { name: "gcp-project", value: "id", about: "with --pod-identity on GKE: the cluster's project" },
    { name: "gcp-issuer", value: "url", about: "with --pod-identity on GKE: the cluster's issuer" },
    {
      name: "helm",
      about: "write values for the Helm chart, which installs on all nodes of a running cluster",
    },
    { name: "stdout", about: "print the configuration, do not write files" },
    { name: "force", about: "replace existing files that differ" },
    ...COMMON_OPTIONS,
  ],
  examples: [
    { command: "imagecred init --cloud aws --distribution kubeadm", about: "ECR on a kubeadm cluster" },
    {
      command: "imagecred init --cloud aws,gcp --distribution k3s -d k3s-credentials",
      about: "two clouds on k3s, in another directory",
    },
    {
      command: "imagecred init --cloud azure --distribution kubeadm --pod-identity",
      about: "every pod pulls with its own identity",
    },
    {
      command: "imagecred init --cloud aws --distribution kubeadm --helm",
      about: "values for the Helm chart",
    },
    {
      command:
        "imagecred init --cloud aws,gcp --distribution kubeadm --identities /etc/kubernetes/identities.yaml",
      about: "registries in many accounts and projects",
    },
    {
      command: "imagecred init --cloud azure,gcp --distribution eks --cross-cloud ec2",
      about: "EC2 instances pull from Azure and Google Cloud; lists the values that it needs",
    },
    {
      command:
        "imagecred init --cloud aws --distribution talos --registry cache.example.com=123456789012.dkr.ecr.us-east-1.amazonaws.com",
      about: "a pull-through cache that accepts ECR credentials",
    },
  ],
} as const satisfies CommandDefinition;

export type InitOptions = OptionsOf<typeof init>;
