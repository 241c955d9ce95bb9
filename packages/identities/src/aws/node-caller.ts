import type { Context, Environment, Found, Unavailable } from "@imagecred/protocol";
import { firstOf } from "../first-of.ts";
import type { AwsCredentials } from "./credentials.ts";
import { awsIdentities } from "./default-chain.ts";
import { endpointSettings } from "./endpoint.ts";
import { COMMERCIAL, partitionOfArn, partitionOfRegion } from "./partitions.ts";
import { endpointIn, regionIn, switchIn } from "./settings.ts";
import type { StsSettings } from "./sts-endpoint.ts";

/** STS settings of a node that uses its AWS identity in another cloud, from AWS's variables. @throws {OptionsError} */
export function stsOfEnvironment(env: Environment): StsSettings {
  const region = regionIn(env);
  return {
    regionFor(roleArn) {
      const partition = partitionOfArn(roleArn) ?? COMMERCIAL;
      const known = region === undefined ? undefined : partitionOfRegion(region);
      return region !== undefined && (known ?? partition).id === partition.id
        ? region
        : partition.oldestRegion;
    },
    endpoint: endpointSettings(endpointIn(env, "STS"), {
      fips: switchIn(env, "AWS_USE_FIPS_ENDPOINT"),
      dualStack: switchIn(env, "AWS_USE_DUALSTACK_ENDPOINT"),
    }),
  };
}

/**
 * The node's AWS identity, for a plugin of another cloud: the default chain of AWS's SDKs.
 * @param sessionName name of role sessions, which CloudTrail shows
 * @param roleNeeds the permission that the instance's role needs, for advice
 */
export async function nodeCaller(
  sessionName: string,
  roleNeeds: string,
  context: Context,
): Promise<Found<AwsCredentials> | Unavailable> {
  return await firstOf(
    awsIdentities({ sessionName, sts: stsOfEnvironment(context.env), roleNeeds, context }),
  );
}
