import type { Clouds } from "@imagecred/fake-clouds";
import { GOOGLE_IDENTITIES } from "@imagecred/fake-clouds";
import type { Pod, ServiceAccount } from "./kubelet-code.ts";
import type { Provider } from "./provider-config.ts";

/** One identity of a plugin: a node's configuration and, for a pod's identity, the pod. */
export interface Way {
  readonly plugin: "ecr" | "acr" | "gcr";
  readonly what: string;
  readonly image: string;
  /** The provider's fields in the node's configuration, besides name, patterns and the network's environment. */
  readonly setUp: (
    clouds: Clouds,
  ) => Promise<Partial<Provider> & { readonly serviceAccount?: ServiceAccount }>;
}

export const PATTERNS = {
  ecr: ["*.dkr.ecr.*.amazonaws.com", "public.ecr.aws"],
  acr: ["*.azurecr.io"],
  gcr: ["gcr.io", "*.gcr.io", "*.pkg.dev"],
} as const;

export const ECR_IMAGE = "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app";
export const ACR_IMAGE = "myreg.azurecr.io/team/app";
export const GCR_IMAGE = "us-central1-docker.pkg.dev/project/repo/app";

/** The pod whose service account the fakes trust. */
export const POD: Pod = { namespace: "default", name: "app-1", uid: "pod-uid", serviceAccount: "app" };

const account = (
  audience: string,
  token: string,
  annotations: Record<string, string> = {},
): ServiceAccount => ({
  namespace: "default",
  name: "app",
  uid: "sa-uid",
  annotations,
  tokens: { [audience]: token },
});

const AWS = [
  "imds",
  "static",
  "session",
  "profile",
  "profile-assume-role",
  "profile-instance-role",
  "credential-process",
  "web-identity",
  "pod-identity",
  "ecs",
] as const;
const AZURE = [
  "managed-identity",
  "user-assigned-client-id",
  "user-assigned-object-id",
  "user-assigned-resource-id",
  "client-secret",
  "client-certificate",
  "federated-token-file",
] as const;

/** Every identity of every cloud. */
export const WAYS: readonly Way[] = [
  ...AWS.map(
    (identity): Way => ({
      plugin: "ecr",
      what: `the node by ${identity}`,
      image: ECR_IMAGE,
      setUp: async ({ aws }) => ({ env: await aws.env(identity) }),
    }),
  ),
  {
    plugin: "ecr",
    what: "the node, ECR Public",
    image: "public.ecr.aws/team/app",
    setUp: async ({ aws }) => ({ env: await aws.env("imds") }),
  },
  {
    plugin: "ecr",
    what: "the node, through another account's role",
    image: ECR_IMAGE,
    setUp: async ({ aws }) => ({ env: await aws.env("imds"), args: [`--role-arn=${aws.roleArn("pull")}`] }),
  },
  {
    plugin: "ecr",
    what: "the pod by its token and annotation",
    image: ECR_IMAGE,
    setUp: async ({ aws, cluster }) => ({
      env: await aws.env("imds"),
      tokenAttributes: {
        serviceAccountTokenAudience: "sts.amazonaws.com",
        cacheType: "ServiceAccount",
        requireServiceAccount: true,
        requiredServiceAccountAnnotationKeys: ["eks.amazonaws.com/ecr-role-arn"],
      },
      serviceAccount: account(
        "sts.amazonaws.com",
        await cluster.issueServiceAccountToken({ audience: "sts.amazonaws.com", serviceAccount: "app" }),
        { "eks.amazonaws.com/ecr-role-arn": aws.roleArn("pod") },
      ),
    }),
  },
  ...AZURE.map(
    (identity): Way => ({
      plugin: "acr",
      what: `the node by ${identity}`,
      image: ACR_IMAGE,
      setUp: async ({ azure }) => ({
        env: await azure.env("managed-identity"),
        args: [await azure.azureJsonFile(identity)],
      }),
    }),
  ),
  ...(["kubernetes.azure.com/acr-client-id", "azure.workload.identity/client-id"] as const).map(
    (annotation): Way => ({
      plugin: "acr",
      what: `the pod by its token and ${annotation}`,
      image: ACR_IMAGE,
      setUp: async ({ azure }) => ({
        env: await azure.env("managed-identity"),
        args: [await azure.azureJsonFile("managed-identity")],
        tokenAttributes: {
          serviceAccountTokenAudience: "api://AzureADTokenExchange",
          cacheType: "ServiceAccount",
          requireServiceAccount: false,
          optionalServiceAccountAnnotationKeys: [annotation],
        },
        serviceAccount: account("api://AzureADTokenExchange", await azure.podToken(), {
          [annotation]: azure.population().pod.clientId,
        }),
      }),
    }),
  ),
  ...GOOGLE_IDENTITIES.filter((identity) => identity !== "none").map(
    (identity): Way => ({
      plugin: "gcr",
      what: `the node by ${identity}`,
      image: GCR_IMAGE,
      setUp: async ({ google }) => ({ env: await google.env(identity) }),
    }),
  ),
  {
    plugin: "gcr",
    what: "the pod through GKE's pool",
    image: GCR_IMAGE,
    setUp: async ({ google, cluster }) => ({
      env: await google.env("metadata"),
      args: [`--identity-provider=${cluster.issuer}`, `--project-id=${google.projectId}`],
      tokenAttributes: {
        serviceAccountTokenAudience: google.gkePool.tokenAudience,
        cacheType: "Token",
        requireServiceAccount: true,
        requiredServiceAccountAnnotationKeys: ["iam.gke.io/enable-wi-image-pull"],
      },
      serviceAccount: account(google.gkePool.tokenAudience, await google.podToken("gke"), {
        "iam.gke.io/enable-wi-image-pull": "true",
      }),
    }),
  },
  {
    plugin: "gcr",
    what: "the pod through a workload identity pool, as a Google service account",
    image: GCR_IMAGE,
    setUp: async ({ google }) => {
      const audience = `https://iam.googleapis.com/${google.provider("cluster")}`;
      return {
        env: await google.env("metadata"),
        args: [`--workload-identity-provider=${google.provider("cluster")}`],
        tokenAttributes: {
          serviceAccountTokenAudience: audience,
          cacheType: "ServiceAccount",
          requireServiceAccount: true,
          optionalServiceAccountAnnotationKeys: ["iam.gke.io/gcp-service-account"],
        },
        serviceAccount: account(audience, await google.podToken("cluster"), {
          "iam.gke.io/gcp-service-account": google.email("puller"),
        }),
      };
    },
  },
];
