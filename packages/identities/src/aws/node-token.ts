import type { Context, Found, Secret, Unavailable } from "@imagecred/protocol";
import { nodeCaller, stsOfEnvironment } from "./node-caller.ts";
import { nodeRegion } from "./node-region.ts";
import { webIdentityToken } from "./sts.ts";

/** Name of role sessions on the way to another cloud. */
const SESSION_NAME = "imagecred";

/**
 * A token that proves this node's AWS identity to another cloud (outbound identity federation,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound.html).
 * @throws {CredentialError}
 */
export async function awsToken(audience: string, context: Context): Promise<Found<Secret> | Unavailable> {
  const caller = await nodeCaller(SESSION_NAME, "the permission sts:GetWebIdentityToken", context);
  if ("unavailable" in caller) return caller;
  const { identity: credentials, principal } = caller;
  const region = await nodeRegion(context);
  const { endpoint } = stsOfEnvironment(context.env);
  const identity = await webIdentityToken({ credentials, principal, audience, region }, endpoint, context);
  return { identity, principal };
}
