import {
  AWS_IDENTITIES,
  type AzureIdentity,
  type Clouds,
  GOOGLE_IDENTITIES,
  type Plugin,
} from "@imagecred/fake-clouds";
import type { Base } from "./trial.ts";

type SetUp = (clouds: Clouds) => Promise<Partial<Base>>;

const IMAGES: Readonly<Record<Plugin, string>> = {
  ecr: "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app",
  acr: "myreg.azurecr.io/team/app",
  gcr: "us-central1-docker.pkg.dev/project/repo/app",
};

const AZURE_IDENTITIES: readonly AzureIdentity[] = [
  "managed-identity",
  "user-assigned-client-id",
  "client-secret",
  "client-certificate",
  "federated-token-file",
];

const POD = { audience: "sts.amazonaws.com", serviceAccount: "app" };

/** Every way to get a credential, by its name. */
const BASES: Readonly<Record<Plugin, Readonly<Record<string, SetUp>>>> = {
  ecr: {
    ...Object.fromEntries(
      AWS_IDENTITIES.filter((identity) => identity !== "none").map((identity) => [
        identity,
        async ({ aws }: Clouds) => ({ env: await aws.env(identity) }),
      ]),
    ),
    pod: async ({ aws, cluster }) => ({
      env: await aws.env("none"),
      request: {
        token: await cluster.issueServiceAccountToken(POD),
        annotations: { "eks.amazonaws.com/ecr-role-arn": aws.roleArn("pod") },
      },
    }),
    "a role of another account": async ({ aws }) => ({
      args: ["--role-arn", aws.roleArn("pull")],
      env: await aws.env("imds"),
    }),
    public: async ({ aws }) => ({ env: await aws.env("static"), image: "public.ecr.aws/team/app" }),
  },
  acr: {
    ...Object.fromEntries(
      AZURE_IDENTITIES.map((identity) => [
        identity,
        async ({ azure }: Clouds) => ({
          args: [await azure.azureJsonFile(identity)],
          env: await azure.env("managed-identity"),
        }),
      ]),
    ),
    "client-secret in the environment": async ({ azure }) => ({ env: await azure.env("client-secret") }),
    pod: async ({ azure }) => ({
      args: [await azure.azureJsonFile("managed-identity")],
      env: await azure.env("managed-identity"),
      request: {
        token: await azure.podToken(),
        annotations: { "kubernetes.azure.com/acr-client-id": azure.population().pod.clientId },
      },
    }),
  },
  gcr: {
    ...Object.fromEntries(
      GOOGLE_IDENTITIES.filter((identity) => identity !== "none").map((identity) => [
        identity,
        async ({ google }: Clouds) => ({ env: await google.env(identity) }),
      ]),
    ),
    pod: async ({ google }) => ({
      args: [`--workload-identity-provider=${google.provider("cluster")}`],
      env: await google.env("metadata"),
      request: {
        token: await google.podToken("cluster"),
        annotations: { "iam.gke.io/gcp-service-account": google.email("puller") },
      },
    }),
    "GKE's pod": async ({ google, cluster }) => ({
      args: [`--identity-provider=${cluster.issuer}`, "--project-id", google.projectId],
      env: await google.env("metadata"),
      request: {
        token: await google.podToken("gke"),
        annotations: { "iam.gke.io/enable-wi-image-pull": "true" },
      },
    }),
  },
};

/** The names of a plugin's bases. */
export function baseNames(plugin: Plugin): readonly string[] {
  return Object.keys(BASES[plugin]);
}

/** Creates a base on these clouds. */
export async function makeBase(clouds: Clouds, plugin: Plugin, what: string): Promise<Base> {
  const setUp = BASES[plugin][what];
  if (setUp === undefined) throw new Error(`${plugin} has no base ${what}`);
  const { args = [], env = {}, image = IMAGES[plugin], request = {} } = await setUp(clouds);
  return { plugin, what, args, env: { ...clouds.networkEnv(), ...env }, image, request };
}
