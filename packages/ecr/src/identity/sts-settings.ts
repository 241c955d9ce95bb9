import { endpointSettings, type StsSettings } from "@imagecred/identities/aws";
import { type Partition, partitionOfArn, partitionOfRegion } from "@imagecred/identities/aws/facts";
import type { EcrOptions } from "../options.ts";
import { PUBLIC_REGION, type Registry } from "../registry.ts";

/**
 * The region whose STS is used: AWS_REGION, else the registry's region, if it is in the role's partition; else the
 * partition's oldest region. The operator may set a region that is unknown here, but an image's name may not contain one:
 * a pod's token would be sent to a host from that name. A FIPS registry implies FIPS for STS; a dual-stack registry does
 * not imply dual-stack for STS.
 */
export function stsSettings(registry: Registry, options: EcrOptions): StsSettings {
  const { endpoints, region } = options;
  const byHost = { fips: registry.kind === "private" && registry.fips, dualStack: false };
  return {
    regionFor(roleArn) {
      const partition = partitionOfArn(roleArn);
      const matches = (owner: Partition | undefined) => partition === undefined || owner?.id === partition.id;
      if (region !== undefined && matches(partitionOfRegion(region) ?? partition)) return region;
      if (registry.kind === "public") return partition?.oldestRegion ?? PUBLIC_REGION;
      const owner = partitionOfRegion(registry.region);
      if (owner !== undefined && matches(owner)) return registry.region;
      return (partition ?? registry.partition).oldestRegion;
    },
    endpoint: endpointSettings(endpoints.sts, endpoints, byHost),
  };
}
