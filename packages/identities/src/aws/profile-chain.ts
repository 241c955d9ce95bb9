import {
  type Context,
  CredentialError,
  type Found,
  type IdentitySource,
  Secret,
  textAt,
  type Unavailable,
} from "@imagecred/protocol";
import { containerCredentials } from "./container.ts";
import { runCredentialProcess } from "./credential-process.ts";
import { type AwsCredentials, credentialsOf } from "./credentials.ts";
import { environmentKeys } from "./environment.ts";
import { instanceMetadata } from "./instance-metadata.ts";
import type { Profile, Profiles } from "./profile-file.ts";
import { isRoleArn } from "./role.ts";
import { assumeRole, assumeRoleWithWebIdentity } from "./sts.ts";
import type { StsSettings } from "./sts-endpoint.ts";

/** Inputs of every profile. */
export interface ProfileChainRequest {
  readonly sessionName: string;
  readonly sts: StsSettings;
  /** See {@link instanceMetadata}. */
  readonly roleNeeds: string;
  readonly context: Context;
}

/** A profile to use. */
export interface ProfileRequest extends ProfileChainRequest {
  readonly profiles: Profiles;
  readonly name: string;
  /** True if AWS_PROFILE names it, so that it must exist; `default` may be missing. */
  readonly explicit: boolean;
}

type Identity = Found<AwsCredentials>;

/**
 * The identity of a profile, in the SDKs' order: keys, a role assumed with another profile's identity (`source_profile`) or
 * the node's (`credential_source`), a role for a token in a file, or the output of a `credential_process`.
 * @throws {CredentialError} with the profile and the setting
 */
export async function followProfile(request: ProfileRequest): Promise<Identity | Unavailable> {
  const { profiles, name, explicit } = request;
  const profile = profiles.get(name);
  if (profile !== undefined) return follow(name, profile, request, []);
  if (!explicit) return { unavailable: `no profile ${name} in the AWS config files` };
  throw broken(name, "there is no such profile in the AWS config files", "check AWS_PROFILE");
}

async function follow(
  name: string,
  profile: Profile,
  request: ProfileRequest,
  via: readonly string[],
): Promise<Identity | Unavailable> {
  const keys = keysOf(name, profile);
  // A source_profile with keys gives its keys, even if it also has a role.
  if (keys !== undefined && via.length > 0) return keys;
  const roleArn = textAt(profile.get("role_arn"));
  const source = SOURCES.find((setting) => textAt(profile.get(setting)) !== undefined);
  if (roleArn !== undefined && source === undefined) {
    throw broken(
      name,
      "it has role_arn and no source of the role's credentials",
      `add one of ${SOURCES.join(", ")}, or remove role_arn`,
    );
  }
  if (roleArn === undefined && source !== undefined) {
    throw broken(name, `it has ${source} and no role_arn`, `add role_arn or remove ${source}`);
  }
  if (source === "source_profile" || source === "credential_source") {
    return withRole(name, profile, request, via);
  }
  if (keys !== undefined) return keys;
  if (source === "web_identity_token_file") return withTokenFile(name, profile, request);
  const command = textAt(profile.get("credential_process"));
  if (command !== undefined) return runCredentialProcess(command, name, request.context);
  return nothingIn(name, profile, request, via);
}

/** The identity that assumes the role; each requires role_arn. */
const SOURCES = ["source_profile", "credential_source", "web_identity_token_file"] as const;

/** The profile's keys. @throws {CredentialError} if one of the two is missing: the chain must not use another identity */
function keysOf(name: string, profile: Profile): Identity | undefined {
  const accessKeyId = textAt(profile.get("aws_access_key_id"));
  const secretAccessKey = textAt(profile.get("aws_secret_access_key"));
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const [present, missing] =
      accessKeyId === undefined
        ? ["aws_secret_access_key", "aws_access_key_id"]
        : ["aws_access_key_id", "aws_secret_access_key"];
    throw broken(name, `it has ${present} and no ${missing}`, "write both or neither");
  }
  return {
    identity: credentialsOf(
      { accessKeyId, secretAccessKey, sessionToken: textAt(profile.get("aws_session_token")) },
      `profile ${name}`,
    ),
    principal: `access key ${accessKeyId} of profile ${name}`,
  };
}

async function withRole(
  name: string,
  profile: Profile,
  request: ProfileRequest,
  via: readonly string[],
): Promise<Identity> {
  const roleArn = roleOf(name, profile);
  if (profile.get("mfa_serial") !== undefined) {
    throw broken(name, "it requires MFA (mfa_serial), which is not supported", "use a role without MFA");
  }
  const source = await sourceOf(name, profile, request, [...via, name]);
  const identity = await assumeRole(
    {
      roleArn,
      sessionName: textAt(profile.get("role_session_name")) ?? request.sessionName,
      credentials: source.identity,
      principal: source.principal,
      externalId: textAt(profile.get("external_id")),
      durationSeconds: durationOf(name, profile),
      region: textAt(profile.get("region")),
    },
    request.sts,
    request.context,
  );
  return { identity, principal: `${roleArn} of profile ${name}` };
}

async function sourceOf(
  name: string,
  profile: Profile,
  request: ProfileRequest,
  via: readonly string[],
): Promise<Identity> {
  const other = textAt(profile.get("source_profile"));
  const credentialSource = textAt(profile.get("credential_source"));
  if (other !== undefined && credentialSource !== undefined) {
    throw broken(name, "it has both source_profile and credential_source", "keep one of them");
  }
  if (other === undefined) return fromCredentialSource(name, credentialSource ?? "", request);
  const source = request.profiles.get(other);
  if (source === undefined)
    throw broken(name, `its source_profile ${JSON.stringify(other)} does not exist`, "check the name");
  // A profile may be its own source if it has keys; any other repetition is a loop.
  if (via.includes(other) && (other !== name || keysOf(other, source) === undefined)) {
    throw broken(name, `its source_profile is a loop: ${[...via, other].join(" -> ")}`, "break the loop");
  }
  const found = await follow(other, source, request, via);
  if ("identity" in found) return found;
  throw broken(name, `its source_profile ${other} has no credentials`, "give that profile some");
}

async function fromCredentialSource(name: string, value: string, request: ProfileRequest): Promise<Identity> {
  const source = sourceNamed(value, request);
  if (source === undefined) {
    throw broken(
      name,
      `its credential_source is ${JSON.stringify(value)}`,
      "use Environment, Ec2InstanceMetadata or EcsContainer",
    );
  }
  const found = await source.find();
  if ("identity" in found) return found;
  throw broken(
    name,
    `its credential_source ${value} has no credentials: ${found.unavailable}`,
    "check the source",
  );
}

function sourceNamed(
  value: string,
  { roleNeeds, context }: ProfileRequest,
): IdentitySource<AwsCredentials> | undefined {
  switch (value) {
    case "Environment":
      return environmentKeys(context.env);
    case "Ec2InstanceMetadata":
      return instanceMetadata(roleNeeds, context);
    case "EcsContainer":
      return containerCredentials(context);
    default:
      return undefined;
  }
}

async function withTokenFile(
  name: string,
  profile: Profile,
  { sessionName, sts, context }: ProfileRequest,
): Promise<Identity> {
  const roleArn = roleOf(name, profile);
  const file = profile.get("web_identity_token_file") ?? "";
  const token = new Secret((await context.files.readText(file, "web identity token")).trim());
  const identity = await assumeRoleWithWebIdentity(
    {
      roleArn,
      sessionName: textAt(profile.get("role_session_name")) ?? sessionName,
      token,
      tokenName: `the token in ${file}`,
    },
    sts,
    context,
  );
  return { identity, principal: `${roleArn} of profile ${name}` };
}

function roleOf(name: string, profile: Profile): string {
  const roleArn = textAt(profile.get("role_arn")) ?? "";
  if (isRoleArn(roleArn)) return roleArn;
  throw broken(name, `its role_arn is ${JSON.stringify(roleArn)}`, "write the ARN of a role");
}

/** STS API reference, AssumeRole: seconds, 900 to 43200. */
function durationOf(name: string, profile: Profile): number | undefined {
  const written = textAt(profile.get("duration_seconds"));
  if (written === undefined) return undefined;
  const seconds = Number(written);
  if (Number.isInteger(seconds) && seconds >= 900 && seconds <= 43_200) return seconds;
  throw broken(name, `its duration_seconds is ${JSON.stringify(written)}`, "write 900 to 43200");
}

function nothingIn(
  name: string,
  profile: Profile,
  { explicit }: ProfileRequest,
  via: readonly string[],
): Unavailable {
  if ([...profile.keys()].some((key) => key.startsWith("sso_") || key === "login_session")) {
    throw broken(
      name,
      "it is for people who sign in (IAM Identity Center, aws login)",
      "use a profile for machines",
    );
  }
  if (explicit && via.length === 0) {
    throw broken(
      name,
      "it has no credentials",
      "give it keys, a role_arn with a source, or a credential_process",
    );
  }
  return { unavailable: `profile ${name} has no credentials` };
}

function broken(name: string, reason: string, advice: string): CredentialError {
  return new CredentialError({ action: `using the AWS profile ${name}`, reason, advice });
}
