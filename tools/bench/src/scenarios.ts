import { type Clouds, startClouds } from "@imagecred/fake-clouds";
import { CLOUD, METADATA } from "@imagecred/workspace";

export const PLUGINS = ["ecr", "acr", "gcr"] as const;
export type PluginName = (typeof PLUGINS)[number];

/** The benchmark scenario of a plugin: one node, one image, the identity that most nodes use. */
export interface Scenario {
  readonly plugin: PluginName;
  readonly title: string;
  readonly executable: string;
  readonly image: string;
  /** Names that the namespace's /etc/hosts maps to loopback, where the fake cloud serves TLS on port 443. */
  readonly cloudHosts: readonly string[];
  /** Names of the metadata server, mapped to 169.254.169.254. */
  readonly metadataHosts: readonly string[];
  /** How many requests our plugin sends one after another. */
  readonly requests: number;
  start(): Promise<Clouds>;
  /** Arguments for our plugin and for the vendor's: the same, as ours is a drop-in. */
  args(clouds: Clouds): Promise<readonly string[]>;
}

export const SCENARIOS: Readonly<Record<PluginName, Scenario>> = {
  ecr: {
    plugin: "ecr",
    title: "ECR, instance role over IMDSv2",
    executable: "ecr-credential-provider",
    image: "123456789012.dkr.ecr.us-west-2.amazonaws.com/app",
    cloudHosts: ["api.ecr.us-west-2.amazonaws.com"],
    metadataHosts: [],
    requests: 4,
    start: () => startClouds({ listen: { tls: CLOUD, "aws.imds": METADATA } }),
    args: async () => [],
  },
  acr: {
    plugin: "acr",
    title: "ACR, managed identity over IMDS",
    executable: "acr-credential-provider",
    image: "myreg.azurecr.io/app",
    cloudHosts: ["myreg.azurecr.io", "login.microsoftonline.com"],
    metadataHosts: [],
    requests: 2,
    start: () => startClouds({ listen: { tls: CLOUD, "azure.imds": METADATA } }),
    args: async (clouds) => [await clouds.azure.azureJsonFile("managed-identity")],
  },
  gcr: {
    plugin: "gcr",
    title: "Artifact Registry, service account of the metadata server",
    executable: "gcr-credential-provider",
    image: "us-docker.pkg.dev/project/repository/app",
    cloudHosts: [],
    metadataHosts: ["metadata.google.internal", "metadata.google.internal."],
    requests: 1,
    start: () => startClouds({ listen: { tls: CLOUD, "google.metadata": METADATA } }),
    args: async () => ["get-credentials"],
  },
};
