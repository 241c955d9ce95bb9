import { kubeletRequest } from "@imagecred/e2e";
import type { Clouds } from "@imagecred/fake-clouds";
import type { PLUGINS } from "@imagecred/kubelet-conformance";

/** A plugin with the identity that most nodes have. */
export interface Subject {
  readonly plugin: (typeof PLUGINS)[number];
  /** File name in `dist/`. */
  readonly executable: string;
  readonly image: string;
  /** Key of the response that holds the credential. */
  readonly key: string;
  /** The request that is throttled: the one that a whole fleet makes. */
  readonly shared: { readonly service: string; readonly operation: string };
  /** All its requests, in order. */
  readonly calls: readonly { readonly service: string; readonly operation: string }[];
  /** Arguments and environment, without the way to the clouds. */
  readonly setUp: (
    clouds: Clouds,
  ) => Promise<{ readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> }>;
}

const ECR = { service: "aws.ecr", operation: "GetAuthorizationToken" };
const ACR = { service: "azure.acr", operation: "Exchange" };
const METADATA = { service: "google.metadata", operation: "token" };

export const SUBJECTS: readonly Subject[] = [
  {
    plugin: "ecr",
    executable: "ecr-credential-provider",
    image: "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app",
    key: "123456789012.dkr.ecr.us-west-2.amazonaws.com",
    shared: ECR,
    calls: [
      ...["Token", "Role", "Credentials"].map((operation) => ({ service: "aws.imds", operation })),
      ECR,
    ],
    setUp: async ({ aws }) => ({ args: [], env: await aws.env("imds") }),
  },
  {
    plugin: "acr",
    executable: "acr-credential-provider",
    image: "myreg.azurecr.io/team/app",
    key: "myreg.azurecr.io",
    shared: ACR,
    calls: [{ service: "azure.imds", operation: "Token" }, ACR],
    setUp: async ({ azure }) => ({
      args: [await azure.azureJsonFile("managed-identity")],
      env: await azure.env("managed-identity"),
    }),
  },
  {
    plugin: "gcr",
    executable: "gcr-credential-provider",
    image: "us-central1-docker.pkg.dev/project/repo/app",
    key: "*.pkg.dev",
    shared: METADATA,
    calls: [METADATA],
    setUp: async ({ google }) => ({ args: [], env: await google.env("metadata") }),
  },
];

/** The inputs of one run of a subject, without the executable. */
export async function inputsOf(subject: Subject, clouds: Clouds, timeout: string, scratch: string) {
  const { args, env } = await subject.setUp(clouds);
  return {
    args,
    // Temporary files of a run are left here.
    env: { ...clouds.networkEnv(), ...env, IMAGECRED_TIMEOUT: timeout, TMPDIR: scratch, HOME: scratch },
    cwd: scratch,
    stdin: kubeletRequest(subject.image),
  };
}
