import type { Context, IdentitySource } from "@imagecred/protocol";
import type { AwsCredentials } from "./credentials.ts";
import { environmentKeys } from "./environment.ts";
import { instanceMetadata } from "./instance-metadata.ts";
import { profileCredentials } from "./profile.ts";
import type { StsSettings } from "./sts-endpoint.ts";
import { webIdentityFile } from "./web-identity-file.ts";

/** Settings of the sources of AWS identities. */
export interface AwsIdentityRequest {
  /** Name of role sessions, which CloudTrail shows. */
  readonly sessionName: string;
  /** The only profile to use; undefined to try all sources. */
  readonly profile?: string | undefined;
  readonly sts: StsSettings;
  /** The permission that the instance's role needs, for advice: "the policy AmazonEC2ContainerRegistryPullOnly". */
  readonly roleNeeds: string;
  readonly context: Context;
}

/** The sources of the machine's AWS identity: the default chain of AWS's SDKs. */
export function awsIdentities(request: AwsIdentityRequest): readonly IdentitySource<AwsCredentials>[] {
  const { sessionName, profile, sts, roleNeeds, context } = request;
  // As with `aws --profile`: a configured profile excludes all other sources.
  if (profile !== undefined) {
    const withProfile = { ...context, env: { ...context.env, AWS_PROFILE: profile } };
    return [profileCredentials({ ...request, context: withProfile })];
  }
  return [
    environmentKeys(context.env),
    profileCredentials(request),
    webIdentityFile(sessionName, sts, context),
    container(context),
    instanceMetadata(roleNeeds, context),
  ];
}

/**
 * The sources that AWS's variables configure, except keys: a profile, a web identity file, a container's role. For
 * Google's external account files, which specify keys and the instance's role themselves.
 */
export function configuredIdentities(request: AwsIdentityRequest): readonly IdentitySource<AwsCredentials>[] {
  const { sessionName, sts, context } = request;
  const profile = context.env["AWS_PROFILE"] ? [profileCredentials(request)] : [];
  return [...profile, webIdentityFile(sessionName, sts, context), container(context)];
}

/** Loads the code only if the environment has an endpoint, which nodes do not have. */
function container(context: Context): IdentitySource<AwsCredentials> {
  const { env } = context;
  const isSet = (name: string) => env[name] !== undefined && env[name] !== "";
  return {
    // Of the services that use these variables, only EKS Pod Identity has its authorization in a file.
    name: isSet("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") ? "EKS Pod Identity" : "ECS container credentials",
    async find() {
      if (!isSet("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") && !isSet("AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
        return { unavailable: "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set" };
      }
      const { containerCredentials } = await import("./container.ts");
      return await containerCredentials(context).find();
    },
  };
}
