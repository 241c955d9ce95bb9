import { describeIdentities, type Ways } from "@imagecred/e2e";
import { AWS_IDENTITIES, type Clouds } from "@imagecred/fake-clouds";

const ACCOUNT = "123456789012";
const IMAGE = `${ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com/team/app`;
type SetUp = Ways["ways"][string];

/** Registry hosts of every form, with the partition whose credentials they accept. */
const HOSTS: Readonly<Record<string, string>> = {
  [`${ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com`]: "aws",
  [`${ACCOUNT}.dkr-ecr.eu-west-1.on.aws`]: "aws",
  [`${ACCOUNT}.dkr-ecr-fips.us-east-2.on.aws`]: "aws",
  [`${ACCOUNT}.dkr.ecr.us-gov-west-1.amazonaws.com`]: "aws-us-gov",
  [`${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn`]: "aws-cn",
  [`${ACCOUNT}.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn`]: "aws-cn",
  [`${ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu`]: "aws-eusc",
  [`${ACCOUNT}.dkr.ecr.us-iso-east-1.c2s.ic.gov`]: "aws-iso",
  [`${ACCOUNT}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov`]: "aws-iso-b",
  [`${ACCOUNT}.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk`]: "aws-iso-e",
  [`${ACCOUNT}.dkr.ecr.us-isof-south-1.csp.hci.ic.gov`]: "aws-iso-f",
  [`${ACCOUNT}.dkr.ecr.us-west-77.amazonaws.com`]: "aws",
  "public.ecr.aws": "aws",
  "ecr-public.aws.com": "aws",
};

async function podRequest(clouds: Clouds, annotations: Record<string, string>) {
  return {
    token: await clouds.cluster.issueServiceAccountToken({
      audience: "sts.amazonaws.com",
      serviceAccount: "app",
    }),
    annotations,
  };
}

const identities: [string, SetUp][] = AWS_IDENTITIES.filter((identity) => identity !== "none").map(
  (identity) => [identity, async (clouds) => ({ env: await clouds.aws.env(identity) })],
);

const hosts: [string, SetUp][] = Object.entries(HOSTS).map(([host, partition]) => [
  host,
  async (clouds) => ({ image: `${host}/app`, env: await clouds.aws.env("static", partition) }),
]);

/** One file with a certificate and its key, for IAM Roles Anywhere: each runtime signs with its own code. */
function certificate(key: "RSA" | "P-256" | "P-384"): SetUp {
  return async ({ core, federation: { authority, aws } }) => {
    const { certificatePem, privateKeyPem } = await authority.issue({ key });
    const path = await core.writeFile(`node-${key}.pem`, certificatePem + privateKeyPem);
    return {
      args: [
        "--node-identity=certificate",
        `--node-certificate=${path}`,
        `--node-trust-anchor-arn=${aws.trustAnchor}`,
        `--node-profile-arn=${aws.profile}`,
        `--node-role-arn=${aws.anywhereRole}`,
      ],
    };
  };
}

describeIdentities({
  executable: "ecr-credential-provider",
  image: IMAGE,
  ways: {
    ...Object.fromEntries([...identities, ...hosts]),
    "the node's role, then a role in another account (--role-arn)": async (clouds) => ({
      args: ["--role-arn", clouds.aws.roleArn("pull")],
      env: await clouds.aws.env("imds"),
    }),
    ...Object.fromEntries(
      (["RSA", "P-256", "P-384"] as const).map((key) => [`a certificate, ${key}`, certificate(key)]),
    ),
    "the pod's role, then a role in another account": async (clouds) => ({
      args: ["--role-arn", clouds.aws.roleArn("pull")],
      request: await podRequest(clouds, { "eks.amazonaws.com/ecr-role-arn": clouds.aws.roleArn("pod") }),
    }),
    "the pod's role from AWS_ECR_ROLE_ARN": async (clouds) => ({
      env: { AWS_ECR_ROLE_ARN: clouds.aws.roleArn("pod") },
      request: await podRequest(clouds, {}),
    }),
    "the node's identity if the pod's is refused (--identity-fallback node)": async (clouds) => ({
      args: ["--identity-fallback", "node"],
      env: await clouds.aws.env("imds"),
      request: await podRequest(clouds, {
        "eks.amazonaws.com/ecr-role-arn": "arn:aws:iam::123456789012:role/missing",
      }),
    }),
    "the node's identity despite a pod's token (--identity node)": async (clouds) => ({
      args: ["--identity", "node"],
      env: await clouds.aws.env("imds"),
      request: await podRequest(clouds, {}),
    }),
    "a mirror with a port": async (clouds) => ({
      args: ["--registry", `mirror.test:5000=${ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com`],
      env: await clouds.aws.env("imds"),
      image: "mirror.test:5000/team/app",
      opens: IMAGE,
    }),
  },
});
