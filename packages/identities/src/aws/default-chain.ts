import type { Context, IdentitySource } from "@imagecred/protocol";
import type { AwsCredentials } from "./credentials.ts";
import { environmentKeys } from "./environment.ts";
import { instanceMetadata } from "./instance-metadata.ts";
import { profileCredentials } from "./profile.ts";
import type { StsSettings } from "./sts-endpoint.ts";
import { webIdentityFile } from "./web-identity-file.ts";

/** What the sources of AWS identities need to know. */
export interface AwsIdentityRequest {
  /** Name of sessions with a role, as CloudTrail shows it. */
  readonly sessionName: string;
  /** The profile that is the machine's only identity; undefined: all sources are asked. */
  readonly profile?: string | undefined;
  readonly sts: StsSettings;
  /** What the instance's role has to have, for advice: "the policy AmazonEC2ContainerRegistryPullOnly". */
  readonly roleNeeds: string;
  readonly context: Context;
}

/** The machine's AWS identities: the default chain of AWS's SDKs. */
export function awsIdentities(request: AwsIdentityRequest): readonly IdentitySource<AwsCredentials>[] {
  const { sessionName, profile, sts, roleNeeds, context } = request;
  // As with `aws --profile`: a profile that is named is not one identity among several.
  if (profile !== undefined) {
    const named = { ...context, env: { ...context.env, AWS_PROFILE: profile } };
    return [profileCredentials({ ...request, context: named })];
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
 * The identities that AWS's variables name, other than keys: a profile, a web identity file, a container's role. For
 * libraries of others, which know AWS's keys and the instance's role by themselves.
 */
export function namedIdentities(request: AwsIdentityRequest): readonly IdentitySource<AwsCredentials>[] {
  const { sessionName, sts, context } = request;
  const named = context.env["AWS_PROFILE"] ? [profileCredentials(request)] : [];
  return [...named, webIdentityFile(sessionName, sts, context), container(context)];
}

/** Read only where the environment names an endpoint: nodes have none, and what is not read at start costs nothing. */
function container(context: Context): IdentitySource<AwsCredentials> {
  const { env } = context;
  const isSet = (name: string) => env[name] !== undefined && env[name] !== "";
  return {
    // Of all services that give credentials this way, only EKS Pod Identity has its authorization in a file.
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
