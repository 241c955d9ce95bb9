import { SOURCES } from "../../cross-cloud/route.ts";
import { DISTRIBUTION_IDS } from "../../distributions/index.ts";
import { AZURE_CLOUDS, CLOUDS } from "../../distributions/types.ts";
import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { COMMON_OPTIONS } from "../shared-options.ts";

export const init = {
  name: "init",
  summary: "write the kubelet's configuration for your clouds and your distribution",
  description:
    "Writes a CredentialProviderConfig with one provider per cloud, and the flags or files that the distribution needs, " +
    "into a directory of its own; then tells the two commands that apply it. Nothing on the node is changed.",
  options: [
    {
      name: "cloud",
      value: "list",
      about: "clouds whose registries the nodes pull from: aws, azure, gcp, with commas",
      completes: CLOUDS,
      required: true,
      repeated: true,
    },
    {
      name: "distribution",
      value: "name",
      about: `what the nodes run: ${DISTRIBUTION_IDS.join(", ")}`,
      completes: DISTRIBUTION_IDS,
      required: true,
    },
    {
      name: "directory",
      short: "d",
      value: "dir",
      about: "where to write; imagecred-DISTRIBUTION unless given",
      completes: "directory",
    },
    {
      name: "pod-identity",
      about: "pull as the pod's service account (Kubernetes 1.34+); adds the RBAC manifest",
    },
    { name: "node-fallback", about: "with --pod-identity: pods without a cloud identity get the node's" },
    {
      name: "registry",
      value: "host=target",
      about: "a mirror or pull-through host that gets the credentials of a registry; may be repeated",
      repeated: true,
    },
    {
      name: "identities",
      value: "path",
      about:
        "path on the nodes of a file that names an identity for each registry, for many accounts, tenants or projects; writes one to start from",
    },
    {
      name: "cross-cloud",
      value: "who",
      about:
        "set up both sides for nodes or pods of elsewhere: pods (of any cluster), ec2, azure, arc, gce, or machines with a certificate; writes the identity map, and commands and Terraform for each cloud's registries",
      choices: SOURCES,
    },
    {
      name: "set",
      value: "name=value",
      about:
        "with --cross-cloud: an account, a tenant and so on; without them, init names those that it needs",
      repeated: true,
    },
    { name: "azure-config", value: "path", about: "azure.json on the nodes, for the ACR plugin" },
    {
      name: "azure-cloud",
      value: "name",
      about: `the nodes' Azure cloud, for its registries' names and the audience of its applications: ${AZURE_CLOUDS.join(", ")}`,
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
      about: "write values for the Helm chart, which installs on every node of a running cluster",
    },
    { name: "stdout", about: "print the configuration, write nothing" },
    { name: "force", about: "replace files that differ from what is to be written" },
    ...COMMON_OPTIONS,
  ],
  examples: [
    { command: "imagecred init --cloud aws --distribution kubeadm", about: "ECR on a kubeadm cluster" },
    {
      command: "imagecred init --cloud aws,gcp --distribution k3s -d k3s-credentials",
      about: "two clouds on k3s, into a directory of your choice",
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
      about: "registries of many accounts and projects",
    },
    {
      command: "imagecred init --cloud azure,gcp --distribution eks --cross-cloud ec2",
      about: "EC2 instances pull from Azure and Google Cloud; names the values that it needs",
    },
    {
      command:
        "imagecred init --cloud aws --distribution talos --registry cache.example.com=123456789012.dkr.ecr.us-east-1.amazonaws.com",
      about: "a pull-through cache that takes ECR's credentials",
    },
  ],
} as const satisfies CommandDefinition;

export type InitOptions = OptionsOf<typeof init>;
