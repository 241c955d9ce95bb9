import { endpointSettings, type StsSettings } from "@imagecred/identities/aws";
import { type Partition, partitionOfArn, partitionOfRegion } from "@imagecred/identities/aws/facts";
import type { EcrOptions } from "../options.ts";
import { PUBLIC_REGION, type Registry } from "../registry.ts";

/**
 * Which region's STS is asked: the one that the node says it is in (AWS_REGION), else the registry's, provided that the
 * role's partition has it; else the partition's oldest region. The operator may name a region that is new to us. An
 * image's name may not: a pod's token would go where that name leads. A FIPS registry wants FIPS all the way; a
 * dual-stack one says nothing about how the node reaches STS.
 */
export function stsSettings(registry: Registry, options: EcrOptions): StsSettings {
  const { endpoints, region } = options;
  const byHost = { fips: registry.kind === "private" && registry.fips, dualStack: false };
  return {
    regionFor(roleArn) {
      const partition = partitionOfArn(roleArn);
      const fits = (owner: Partition | undefined) => partition === undefined || owner?.id === partition.id;
      if (region !== undefined && fits(partitionOfRegion(region) ?? partition)) return region;
      if (registry.kind === "public") return partition?.oldestRegion ?? PUBLIC_REGION;
      const owner = partitionOfRegion(registry.region);
      if (owner !== undefined && fits(owner)) return registry.region;
      return (partition ?? registry.partition).oldestRegion;
    },
    endpoint: endpointSettings(endpoints.sts, endpoints, byHost),
  };
}
