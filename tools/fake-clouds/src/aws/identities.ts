import type { Core } from "../core/core.ts";
import { POD_IDENTITY_AUDIENCE } from "./containers.ts";
import { roleArn } from "./default-principals.ts";
import type { AccessKey, Iam } from "./iam.ts";

/** The identities that a process can have on AWS; the last means that it has no identity. */
export const AWS_IDENTITIES = [
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
  "none",
] as const;
export type AwsIdentity = (typeof AWS_IDENTITIES)[number];

type Env = Record<string, string>;

export interface IdentityParts {
  readonly core: Core;
  readonly iam: Iam;
  readonly user: AccessKey;
  readonly partition: string;
  readonly origins: { readonly imds: string; readonly podIdentity: string; readonly ecs: string };
  readonly ecs: { readonly taskId: string; readonly authorization: string };
}

/** The environment of a process with an identity; writes the files that it points to. */
export async function identityEnv(identity: AwsIdentity, parts: IdentityParts): Promise<Env> {
  // Every process can reach the metadata service, so that the log shows a plugin that queries it unnecessarily.
  const imds = { AWS_EC2_METADATA_SERVICE_ENDPOINT: parts.origins.imds };
  switch (identity) {
    case "imds":
      return imds;
    case "none":
      return { ...imds, AWS_EC2_METADATA_DISABLED: "true" };
    case "static":
      return { ...imds, ...keyEnv(parts.user) };
    case "session":
      return {
        ...imds,
        ...keyEnv(parts.iam.startSession(roleArn("node", parts.partition), "session", 3600)),
      };
    case "web-identity":
      return { ...imds, ...(await webIdentityEnv(parts)) };
    case "pod-identity":
      return { ...imds, ...(await podIdentityEnv(parts)) };
    case "ecs":
      return { ...imds, ...ecsEnv(parts) };
    default:
      return { ...imds, ...(await profileEnv(identity, parts)) };
  }
}

function keyEnv(key: AccessKey): Env {
  const token = key.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: key.sessionToken };
  return { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey, ...token };
}

async function webIdentityEnv({ core, partition }: IdentityParts): Promise<Env> {
  const token = await core.cluster.issueServiceAccountToken({
    audience: "sts.amazonaws.com",
    serviceAccount: "app",
  });
  return {
    AWS_ROLE_ARN: roleArn("pod", partition),
    AWS_WEB_IDENTITY_TOKEN_FILE: await core.writeFile("web-identity-token", token),
  };
}

async function podIdentityEnv({ core, origins }: IdentityParts): Promise<Env> {
  const token = await core.cluster.issueServiceAccountToken({
    audience: POD_IDENTITY_AUDIENCE,
    serviceAccount: "app",
  });
  return {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origins.podIdentity}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: await core.writeFile("eks-pod-identity-token", token),
  };
}

function ecsEnv({ origins, ecs }: IdentityParts): Env {
  const path = `/v2/credentials/${ecs.taskId}`;
  // AWS_CONTAINER_CREDENTIALS_RELATIVE_URI implies 169.254.170.2, so it only works in a network namespace with that address.
  if (origins.ecs === "http://169.254.170.2:80") {
    return {
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: ecs.authorization,
    };
  }
  return {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: origins.ecs + path,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: ecs.authorization,
  };
}

type ProfileIdentity = "profile" | "profile-assume-role" | "profile-instance-role" | "credential-process";

async function profileEnv(
  identity: ProfileIdentity,
  { core, user, iam, partition }: IdentityParts,
): Promise<Env> {
  const keys = `aws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}\n`;
  const role = `role_arn = ${roleArn("pull", partition)}\n`;
  const config = {
    profile: "",
    "profile-assume-role": `[profile puller]\n${role}source_profile = base\n`,
    "profile-instance-role": `[profile puller]\n${role}credential_source = Ec2InstanceMetadata\n`,
    "credential-process": `[profile puller]\ncredential_process = cat "${await processOutput(core, iam, partition)}"\n`,
  }[identity];
  const credentials =
    identity === "profile"
      ? `[puller]\n${keys}`
      : identity === "profile-assume-role"
        ? `[base]\n${keys}`
        : "";
  return {
    AWS_PROFILE: "puller",
    AWS_CONFIG_FILE: await core.writeFile(`${identity}.config`, config),
    AWS_SHARED_CREDENTIALS_FILE: await core.writeFile(`${identity}.credentials`, credentials),
  };
}

/** The output of a credential_process (https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html). */
async function processOutput(core: Core, iam: Iam, partition: string): Promise<string> {
  const key = iam.startSession(roleArn("node", partition), "process", 3600);
  const output = {
    Version: 1,
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
    SessionToken: key.sessionToken,
    Expiration: new Date(key.expiresAt).toISOString(),
  };
  return await core.writeFile("process-output.json", JSON.stringify(output));
}
