import type { Provider } from "../provider-config.ts";

const ECR = (region: string) => `123456789012.dkr.ecr.${region}.amazonaws.com`;
/** An Azure registry of the scenario's own, with refresh tokens as short-lived as the other clouds' credentials. */
export const SHORT_LIVED_REGISTRY = "shortlived";

/** The clouds' three executables and the registries that they serve on the node. */
export const CLOUD_PLUGINS = ["ecr", "acr", "gcr"] as const;
export type CloudPlugin = (typeof CLOUD_PLUGINS)[number];

/** The first image that is pulled from each cloud. */
export const IMAGES: Readonly<Record<CloudPlugin, string>> = {
  ecr: `${ECR("us-west-2")}/app:v1`,
  acr: `${SHORT_LIVED_REGISTRY}.azurecr.io/app:v1`,
  gcr: "us-central1-docker.pkg.dev/project/repo/app:v1",
};

/** Other images covered by the same responses of the plugins. */
export const MORE_IMAGES: readonly string[] = [
  `${ECR("us-west-2")}/team/app:v1`,
  `${SHORT_LIVED_REGISTRY}.azurecr.io/team/app:v1`,
  "europe-docker.pkg.dev/project/repo/app:v1",
  "gcr.io/project/app:v1",
];

/** Plugins of testdata/plugins, which fail in ways that ours cannot, and the registry of each. */
export const STUBS = {
  silent: `${ECR("ap-northeast-1")}/app:v1`,
  talkative: `${ECR("ap-northeast-2")}/app:v1`,
  inventive: `${ECR("ap-south-1")}/app:v1`,
  outdated: `${ECR("ap-southeast-1")}/app:v1`,
  keyless: `${ECR("ca-central-1")}/app:v1`,
  killed: `${ECR("eu-north-1")}/app:v1`,
  mistaken: `${ECR("sa-east-1")}/app:v1`,
} as const;
export type Stub = keyof typeof STUBS;

export const nameOf = (plugin: CloudPlugin | Stub) => `${plugin}-credential-provider`;

/** Host names of the clouds. */
export const CLOUD_HOSTS: readonly string[] = [
  ...new Set(
    [...Object.values(IMAGES), ...MORE_IMAGES, ...Object.values(STUBS)].map((image) =>
      image.slice(0, image.indexOf("/")),
    ),
  ),
  "api.ecr.us-west-2.amazonaws.com",
  "login.microsoftonline.com",
];
export const METADATA_HOSTS: readonly string[] = ["metadata.google.internal", "metadata.google.internal."];

/** The node's providers, as an operator would write them for these three clouds: nothing in env, nothing but azure.json in args. */
export function providers(azureJson: string): Provider[] {
  return [
    { name: nameOf("ecr"), matchImages: [ECR("us-west-2")] },
    { name: nameOf("acr"), matchImages: ["*.azurecr.io"], args: [azureJson] },
    { name: nameOf("gcr"), matchImages: ["gcr.io", "*.gcr.io", "*.pkg.dev"] },
    ...Object.entries(STUBS).map(([stub, image]) => ({
      name: nameOf(stub as Stub),
      matchImages: [image.slice(0, image.indexOf("/"))],
    })),
  ];
}
