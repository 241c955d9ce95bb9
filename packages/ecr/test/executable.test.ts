import { type Call, describePlugin, type Scenario } from "@imagecred/e2e";
import type { Clouds } from "@imagecred/fake-clouds";

const imds = (operation: string): Call => ({ service: "aws.imds", operation, kind: "metadata" });
// The hop limit drops the response to the token request: two attempts of two and six seconds, then specific advice.
const lostToken = {
  requests: 2,
  timeout: "12s",
  atMostMs: 13_000,
  stderr: /but no response came.*HttpPutResponseHopLimit/,
};
const imdsToken: Call = {
  ...imds("Token"),
  faults: { "never responds": lostToken, "stops in the response": lostToken },
};
const ecr: Call = { service: "aws.ecr", operation: "GetAuthorizationToken", kind: "cloud" };

function setLife({ aws }: Clouds, seconds: number): void {
  aws.expiresIn = seconds;
}

const scenario: Scenario = {
  plugin: "ecr",
  executable: "ecr-credential-provider",
  image: "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/app",
  cases: [
    {
      what: "the node's role, by IMDSv2",
      setUp: async (clouds) => ({ env: await clouds.aws.env("imds") }),
      calls: [imdsToken, imds("Role"), imds("Credentials"), ecr],
      opensEarly: "aws.ecr",
      cacheKeyType: "Registry",
      setLife,
    },
    {
      what: "the pod's role, by its token",
      setUp: async (clouds) => ({
        env: await clouds.aws.env("imds"),
        request: {
          token: await clouds.cluster.issueServiceAccountToken({
            audience: "sts.amazonaws.com",
            serviceAccount: "app",
          }),
          annotations: { "eks.amazonaws.com/ecr-role-arn": clouds.aws.roleArn("pod") },
        },
      }),
      calls: [{ service: "aws.sts", operation: "AssumeRoleWithWebIdentity", kind: "cloud" }, ecr],
      opensEarly: "aws.ecr",
      cacheKeyType: "Registry",
    },
  ],
  foreignImages: [
    "docker.io/library/nginx",
    "registry.k8s.io/pause",
    "myreg.azurecr.io/app",
    "123456789012.dkr.ecr.us-west-2.amazonaws.com.evil.test/app",
    "123456789012.dkr.ecr.cn-north-1.amazonaws.com/app",
    "123456789012.dkr.ecr.us-west-2.amazonaws.com.cn/app",
    "123456789012.dkr.ecr.us-west-2.amazonaws.eu/app",
    "12345678901.dkr.ecr.us-west-2.amazonaws.com/app",
    "123456789012.dkr.ecr.amazonaws.com/app",
    "123456789012.dkr.ecr.us-west-2.evil.test/app",
    "123456789012.dkr.ecrxus-west-2.amazonaws.com/app",
    "public.ecr.aws.evil.test/app",
    "evilpublic.ecr.aws/app",
  ],
  offCloud: {
    setUp: async () => ({}),
    tried:
      /environment variables .*profile .*web identity token file .*container credentials .*EC2 instance metadata/,
  },
  network: {
    cloudHosts: ["api.ecr.us-west-2.amazonaws.com"],
    metadataService: "aws.imds",
    setUp: async () => ({}),
    addresses: { "aws.pod-identity": "169.254.170.23", "aws.ecs": "169.254.170.2" },
    cases: [
      {
        what: "EKS Pod Identity",
        setUp: async ({ aws }) => ({ env: await aws.env("pod-identity") }),
        calls: [{ service: "aws.pod-identity", operation: "Credentials", kind: "metadata" }, ecr],
        cacheKeyType: "Registry",
      },
      {
        what: "an ECS task's role, by a relative URI",
        setUp: async ({ aws }) => ({ env: await aws.env("ecs") }),
        calls: [{ service: "aws.ecs", operation: "Credentials", kind: "metadata" }, ecr],
        cacheKeyType: "Registry",
      },
    ],
  },
};

describePlugin(scenario, import.meta.filename);
