import type { AwsIdentity, Clouds } from "@imagecred/fake-clouds";
import { accepted } from "../registry.ts";
import type { Comparison, Situation, Start } from "../situation.ts";
import { ECR_TESTS } from "./vendor-tests.ts";

const REGISTRY = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
const ANNOTATION = "eks.amazonaws.com/ecr-role-arn";

/** One of the AWS identities that the fakes know. */
const as = (identity: AwsIdentity) => async (clouds: Clouds) => ({ env: await clouds.aws.env(identity) });

/** Files of profiles, and more variables. */
const profile =
  (
    files: { readonly config?: string; readonly credentials?: string },
    env: Readonly<Record<string, string>> = {},
  ) =>
  async ({ core }: Clouds): Promise<Start> => ({
    env: {
      AWS_CONFIG_FILE: await core.writeFile("config", files.config ?? ""),
      AWS_SHARED_CREDENTIALS_FILE: await core.writeFile("credentials", files.credentials ?? ""),
      ...env,
    },
  });

/** A pod whose service account has these annotations. */
const pod =
  (
    annotations: (clouds: Clouds) => Readonly<Record<string, string>>,
    { env = {}, audience = "sts.amazonaws.com" } = {},
  ) =>
  async (clouds: Clouds): Promise<Start> => ({
    env,
    request: {
      token: await clouds.cluster.issueServiceAccountToken({ audience, serviceAccount: "app" }),
      annotations: annotations(clouds),
    },
  });

/** A registry of another partition, asked for by a node of that partition. */
function partition(name: string, host: string): Situation {
  return {
    name: `\`${host}\``,
    image: `${host}/app`,
    arrange: ({ aws }) => {
      aws.instance.role = aws.roleArn("node", name);
      return {};
    },
  };
}

/** A host in an image's name. */
function host(name: string, differs?: string): Situation {
  return { name: `\`${name}\``, image: `${name}/app`, ...(differs === undefined ? {} : { differs }) };
}

const NOT_ECR = "For hosts that are not ECR's";

export const ECR: Comparison = {
  plugin: "ecr",
  page: "migrate/ecr-credential-provider.md",
  executable: "ecr-credential-provider",
  image: `${REGISTRY}/team/app`,
  names: {
    clouds: [
      ...["us-west-2", "us-gov-west-1", "eusc-de-east-1"].flatMap((region) => [
        `api.ecr.${region}.amazonaws.${region.startsWith("eusc") ? "eu" : "com"}`,
        `ecr-fips.${region}.amazonaws.com`,
        `ecr.${region}.api.aws`,
        `ecr-fips.${region}.api.aws`,
      ]),
      "api.ecr.cn-north-1.amazonaws.com.cn",
      "ecr.cn-north-1.api.amazonwebservices.com.cn",
      "api.ecr.us-iso-east-1.c2s.ic.gov",
      "api.ecr.us-isob-east-1.sc2s.sgov.gov",
      "api.ecr.eu-isoe-west-1.cloud.adc-e.uk",
      "api.ecr.us-isof-south-1.csp.hci.ic.gov",
      "api.ecr-fips.us-west-2.amazonaws.com",
      "api.ecr-public.us-east-1.amazonaws.com",
      "ecr-public.us-east-1.api.aws",
      "sts.us-west-2.amazonaws.com",
      "sts.us-east-1.amazonaws.com",
      "sts.amazonaws.com",
    ],
    metadata: [],
  },
  metadata: { service: "aws.imds", ipv6: "fd00:ec2::254" },
  addresses: { "aws.pod-identity": "169.254.170.23", "aws.ecs": "169.254.170.2" },
  usual: () => ({}),
  restore: ({ aws }) => {
    Object.assign(aws.instance, {
      role: aws.roleArn("node"),
      metadata: "enabled",
      tokens: "required",
      credentialsProblem: undefined,
    });
    aws.expiresIn = 43_200;
  },
  holder: async (clouds, source, login) => {
    const arn = clouds.aws.holderOf(login.password);
    if (arn === undefined || !(await accepted(clouds, source, login))) return undefined;
    const [, , , , , resource = ""] = arn.split(":");
    return resource.replace(/^assumed-role\/([^/]+).*/, "role $1").replace("/", " ");
  },
  groups: [
    {
      title: "The node's identity",
      situations: [
        { name: "an instance profile" },
        {
          name: "the instance has no role",
          arrange: ({ aws }) => {
            aws.instance.role = undefined;
            return {};
          },
        },
        {
          name: "IMDS is disabled: `HttpEndpoint=disabled`",
          arrange: ({ aws }) => {
            aws.instance.metadata = "disabled";
            return {};
          },
        },
        {
          name: "nothing listens at the metadata address",
          arrange: async ({ faults }) => {
            await faults.add({ service: "aws.imds", fault: { kind: "refuse" } });
            return {};
          },
        },
        {
          name: "IMDSv1 only",
          arrange: async ({ aws, faults }) => {
            aws.instance.tokens = "optional";
            await faults.add({
              service: "aws.imds",
              operation: "Token",
              fault: { kind: "answer", reply: { status: 404, headers: {}, body: "" } },
            });
            return {};
          },
          differs: "If IMDSv2 fails, it tries IMDSv1.",
        },
        {
          name: "EC2 cannot assume the role",
          arrange: ({ aws }) => {
            aws.instance.credentialsProblem = "AssumeRoleUnauthorizedAccess";
            return {};
          },
        },
        { name: "`AWS_EC2_METADATA_DISABLED=true` and nothing else", arrange: as("none") },
        { name: "`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`", arrange: as("static") },
        {
          name: "`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`",
          arrange: as("session"),
        },
        {
          name: "`AWS_ACCESS_KEY_ID` without a secret",
          arrange: ({ aws }) => ({ env: { AWS_ACCESS_KEY_ID: aws.user().accessKeyId } }),
          differs: "`AWS_ACCESS_KEY_ID` without a secret",
        },
        {
          name: "keys that AWS does not know",
          arrange: () => ({
            env: { AWS_ACCESS_KEY_ID: "AKIA0123456789ABCDEF", AWS_SECRET_ACCESS_KEY: "A".repeat(40) },
          }),
        },
        {
          name: "keys of a role without ECR permissions",
          arrange: ({ aws }) => {
            const key = aws.iam.startSession(aws.roleArn("denied"), "session", 3600);
            return {
              env: {
                AWS_ACCESS_KEY_ID: key.accessKeyId,
                AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
                AWS_SESSION_TOKEN: key.sessionToken ?? "",
              },
            };
          },
        },
        {
          name: "`AWS_ACCESS_KEY` and `AWS_SECRET_KEY`",
          arrange: ({ aws }) => {
            const { accessKeyId, secretAccessKey } = aws.user();
            return { env: { AWS_ACCESS_KEY: accessKeyId, AWS_SECRET_KEY: secretAccessKey } };
          },
        },
        { name: "`AWS_PROFILE`, with keys", arrange: as("profile") },
        {
          name: "`AWS_DEFAULT_PROFILE`, with keys",
          arrange: async ({ aws }) => {
            const { AWS_PROFILE = "", ...env } = await aws.env("profile");
            return { env: { ...env, AWS_DEFAULT_PROFILE: AWS_PROFILE } };
          },
        },
        {
          name: "a profile with its keys in quotes",
          arrange: async (clouds) => {
            const { accessKeyId, secretAccessKey } = clouds.aws.user();
            const credentials = `[p]\naws_access_key_id = "${accessKeyId}"\naws_secret_access_key = "${secretAccessKey}"\n`;
            return await profile({ credentials }, { AWS_PROFILE: "p" })(clouds);
          },
        },
        { name: "`AWS_PROFILE`, with `role_arn` and `source_profile`", arrange: as("profile-assume-role") },
        {
          name: "`AWS_PROFILE`, with `role_arn` and `credential_source`",
          arrange: as("profile-instance-role"),
        },
        { name: "`AWS_PROFILE`, with `credential_process`", arrange: as("credential-process") },
        {
          name: "a `credential_process` that fails",
          arrange: profile({ config: "[profile p]\ncredential_process = false\n" }, { AWS_PROFILE: "p" }),
        },
        {
          name: "a `credential_process` that prints no keys",
          arrange: profile({ config: "[profile p]\ncredential_process = echo {}\n" }, { AWS_PROFILE: "p" }),
        },
        {
          name: "`AWS_PROFILE` names a profile that does not exist",
          arrange: profile({ config: "[profile other]\nregion = us-west-2\n" }, { AWS_PROFILE: "p" }),
        },
        {
          name: "`AWS_PROFILE=default` without config files",
          arrange: () => ({ env: { AWS_PROFILE: "default" } }),
          differs: "`AWS_PROFILE=default` without such a profile",
        },
        {
          name: "`[default]` with settings but no identity",
          arrange: profile({ config: "[default]\nregion = eu-west-1\noutput = json\n" }),
        },
        {
          name: "`[default]` with a key but no secret",
          arrange: profile({ credentials: "[default]\naws_access_key_id = AKIA0123456789ABCDEF\n" }),
        },
        {
          name: "`[default]` with `role_arn` but no source",
          arrange: profile({ config: "[default]\nrole_arn = arn:aws:iam::123456789012:role/pull\n" }),
        },
        {
          name: "a profile with `Role_Arn` and `Source_Profile`",
          arrange: async (clouds) => {
            const { accessKeyId, secretAccessKey } = clouds.aws.user();
            const config = `[profile p]\nRole_Arn = ${clouds.aws.roleArn("pull")}\nSource_Profile = base\n[profile base]\nAWS_ACCESS_KEY_ID = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
            return await profile({ config }, { AWS_PROFILE: "p" })(clouds);
          },
        },
        {
          name: "a profile with `:` instead of `=`",
          differs: "A colon instead of `=`",
          arrange: async (clouds) => {
            const { accessKeyId, secretAccessKey } = clouds.aws.user();
            const credentials = `[p]\naws_access_key_id: ${accessKeyId}\naws_secret_access_key: ${secretAccessKey}\n`;
            return await profile({ credentials }, { AWS_PROFILE: "p" })(clouds);
          },
        },
        {
          name: "a profile of IAM Identity Center, without a signed-in user",
          arrange: profile(
            {
              config:
                "[profile p]\nsso_start_url = https://example.awsapps.com/start\nsso_region = us-west-2\nsso_account_id = 123456789012\nsso_role_name = pull\n",
            },
            { AWS_PROFILE: "p" },
          ),
        },
        { name: "a web identity token file", arrange: as("web-identity") },
        {
          name: "`AWS_WEB_IDENTITY_TOKEN_FILE` names a file that does not exist",
          arrange: ({ aws }) => ({
            env: { AWS_ROLE_ARN: aws.roleArn("pod"), AWS_WEB_IDENTITY_TOKEN_FILE: "/nonexistent" },
          }),
        },
        {
          name: "`AWS_WEB_IDENTITY_TOKEN_FILE` without `AWS_ROLE_ARN`",
          arrange: async ({ aws }) => ({ env: { ...(await aws.env("web-identity")), AWS_ROLE_ARN: "" } }),
        },
        { name: "EKS Pod Identity", arrange: as("pod-identity") },
        {
          name: "EKS Pod Identity without an association",
          arrange: async ({ aws, core, cluster }) => ({
            env: {
              ...(await aws.env("pod-identity")),
              AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: await core.writeFile(
                "other-token",
                await cluster.issueServiceAccountToken({
                  audience: "pods.eks.amazonaws.com",
                  serviceAccount: "other",
                }),
              ),
            },
          }),
        },
        { name: "an ECS task's role", arrange: as("ecs") },
        {
          name: "`AWS_CONTAINER_CREDENTIALS_FULL_URI` with `http` on another machine",
          arrange: () => ({ env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://10.0.0.1/credentials" } }),
        },
      ],
    },
    {
      title: "Pods",
      situations: [
        {
          name: "an annotation with a role",
          arrange: pod(({ aws }) => ({ [ANNOTATION]: aws.roleArn("pod") })),
        },
        { name: "no annotation", arrange: pod(() => ({})) },
        {
          name: "no annotation, `AWS_ECR_ROLE_ARN`",
          arrange: async (clouds) =>
            await pod(() => ({}), { env: { AWS_ECR_ROLE_ARN: clouds.aws.roleArn("pod") } })(clouds),
        },
        {
          name: "an empty annotation",
          arrange: pod(() => ({ [ANNOTATION]: "" })),
        },
        {
          name: "an empty annotation, `AWS_ECR_ROLE_ARN`",
          arrange: async (clouds) =>
            await pod(() => ({ [ANNOTATION]: "" }), {
              env: { AWS_ECR_ROLE_ARN: clouds.aws.roleArn("pod") },
            })(clouds),
        },
        {
          name: "an annotation, but no token in the request",
          arrange: ({ aws }) => ({ request: { annotations: { [ANNOTATION]: aws.roleArn("pod") } } }),
        },
        {
          name: "a role that does not trust the pod",
          arrange: pod(({ aws }) => ({ [ANNOTATION]: aws.roleArn("node") })),
        },
        {
          name: "a role without ECR permissions",
          arrange: pod(({ aws }) => ({ [ANNOTATION]: aws.roleArn("denied") })),
        },
        { name: "an annotation that is not an ARN", arrange: pod(() => ({ [ANNOTATION]: "pod" })) },
        {
          name: "a token for another audience",
          arrange: pod(({ aws }) => ({ [ANNOTATION]: aws.roleArn("pod") }), { audience: "vault" }),
        },
        {
          name: "STS is down",
          arrange: async (clouds) => {
            await clouds.faults.add({
              service: "aws.sts",
              fault: { kind: "answer", reply: { status: 503, headers: {}, body: "" } },
            });
            return await pod(({ aws }) => ({ [ANNOTATION]: aws.roleArn("pod") }))(clouds);
          },
        },
        {
          name: "an annotation and an image of ECR Public",
          image: "public.ecr.aws/team/app",
          arrange: pod(({ aws }) => ({ [ANNOTATION]: aws.roleArn("pod") })),
          differs: "A pod's role for an image of ECR Public",
        },
      ],
    },
    {
      title: "Images",
      situations: [
        { name: "with a tag", image: `${REGISTRY}/app:v1.2` },
        { name: "with a digest", image: `${REGISTRY}/app@sha256:${"0".repeat(64)}` },
        {
          name: "with a port",
          image: `${REGISTRY}:443/app`,
          differs: "A port in the image name",
        },
        { name: "of another account", image: "210987654321.dkr.ecr.us-west-2.amazonaws.com/app" },
        host("public.ecr.aws"),
        host("ecr-public.aws.com"),
        host("123456789012.dkr-ecr.us-west-2.on.aws"),
        host("123456789012.dkr-ecr-fips.us-west-2.on.aws"),
        host("123456789012.dkr.ecr-fips.us-west-2.amazonaws.com"),
        partition("aws-us-gov", "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com"),
        partition("aws-us-gov", "123456789012.dkr-ecr-fips.us-gov-west-1.on.aws"),
        partition("aws-cn", "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"),
        partition("aws-cn", "123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn"),
        partition("aws-eusc", "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu"),
        partition("aws-iso", "123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov"),
        partition("aws-iso-b", "123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov"),
        partition("aws-iso-e", "123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk"),
        partition("aws-iso-f", "123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov"),
        host("123456789012.dkr.ecr.cn-north-1.amazonaws.com"),
        // The vendor's own tests have these forms (cmd/ecr-credential-provider/main_test.go).
        host("12345678901.dkr.ecr.us-west-2.amazonaws.com"),
        host("1234567890123.dkr.ecr.us-west-2.amazonaws.com"),
        host("12345678901a.dkr.ecr.us-west-2.amazonaws.com"),
        host("123456789012.dog.ecr.us-west-2.amazonaws.com"),
        host("123456789012.dkr.cat.us-west-2.amazonaws.com"),
        host("123456789012.us-west-2.amazonaws.com"),
        host("123456789012.dkr.ecr.us-west-2.amazonaws.lol"),
        host("123456789012.dkr.ecr.us-iso-east-1.amazonaws.gov"),
        host("123456789012.dkr.ecr.us-west-2.amazonaws.hacker.com"),
        host("docker.io/library"),
        {
          name: "`docker.io/library/nginx`, `AWS_REGION=us-west-2`",
          image: "docker.io/library/nginx",
          registry: `${REGISTRY}/app`,
          arrange: () => ({ env: { AWS_REGION: "us-west-2" } }),
          differs: NOT_ECR,
        },
      ],
    },
    {
      title: "Command line and request",
      situations: [
        { name: "`args: [get-credentials]`", arrange: () => ({ args: ["get-credentials"] }) },
        { name: "`args: [--v=3]`", arrange: () => ({ args: ["--v=3"] }) },
        { name: "an unknown flag", arrange: () => ({ args: ["--nonsense"] }) },
        {
          name: "a request of `v1beta1`",
          arrange: () => ({ request: { apiVersion: "v1beta1" } }),
          differs: "Requests of `v1beta1` and `v1alpha1`",
        },
        { name: "a request without an image", image: "", arrange: () => ({}) },
        { name: "a request that is not JSON", arrange: () => ({ stdin: "hello\n" }) },
        { name: "an empty request", arrange: () => ({ stdin: "" }) },
      ],
    },
    {
      title: "Network and failures",
      situations: [
        { name: "`HTTPS_PROXY`", arrange: ({ core }) => ({ env: { HTTPS_PROXY: core.proxy.url } }) },
        { name: "`https_proxy`", arrange: ({ core }) => ({ env: { https_proxy: core.proxy.url } }) },
        {
          name: "`HTTPS_PROXY` where nothing listens",
          arrange: () => ({ env: { HTTPS_PROXY: "http://127.0.0.1:9" } }),
        },
        {
          name: "`HTTPS_PROXY` where nothing listens, and `NO_PROXY=.amazonaws.com`",
          arrange: () => ({ env: { HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: ".amazonaws.com" } }),
        },
        {
          name: "`HTTP_PROXY`",
          arrange: ({ core }) => ({ env: { HTTP_PROXY: core.proxy.url } }),
          differs: "Metadata requests go through `HTTP_PROXY`",
        },
        {
          name: "`HTTP_PROXY` and `NO_PROXY=169.254.169.254`",
          arrange: ({ core }) => ({ env: { HTTP_PROXY: core.proxy.url, NO_PROXY: "169.254.169.254" } }),
        },
        {
          name: "a node without IPv4",
          network: "IPv6 only",
          differs: "It uses IMDS at `169.254.169.254`",
        },
        {
          name: "a node without IPv4, `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6`",
          network: "IPv6 only",
          arrange: () => ({ env: { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: "IPv6" } }),
        },
        {
          name: "ECR throttles once",
          arrange: async ({ faults }) => {
            await faults.add({
              service: "aws.ecr",
              times: 1,
              fault: {
                kind: "answer",
                reply: {
                  status: 400,
                  headers: { "content-type": "application/x-amz-json-1.1" },
                  body: '{"__type":"ThrottlingException","message":"Rate exceeded"}',
                },
              },
            });
            return {};
          },
        },
        {
          name: "ECR returns 500",
          arrange: async ({ faults }) => {
            await faults.add({
              service: "aws.ecr",
              fault: { kind: "answer", reply: { status: 500, headers: {}, body: "" } },
            });
            return {};
          },
        },
        {
          name: "ECR's certificate is for another name",
          arrange: async ({ faults }) => {
            await faults.add({ service: "aws.ecr", fault: { kind: "certificate", problem: "wrong-host" } });
            return {};
          },
        },
        {
          name: "`AWS_USE_FIPS_ENDPOINT=true`",
          arrange: () => ({ env: { AWS_USE_FIPS_ENDPOINT: "true" } }),
        },
        {
          name: "`AWS_ENDPOINT_URL_ECR`, a VPC endpoint",
          arrange: () => ({ env: { AWS_ENDPOINT_URL_ECR: "https://api.ecr.us-west-2.amazonaws.com" } }),
        },
      ],
    },
    ECR_TESTS,
  ],
};
