import type { EcrOptions } from "../options.ts";
import { partitionOfArn, partitionOfRegion } from "../partitions.ts";
import { PUBLIC_REGION, type Registry } from "../registry.ts";
import type { EndpointSettings } from "../sdk/endpoint.ts";

/** How to reach STS for a registry's sake. */
export interface StsSettings {
  /** Region whose STS is asked for a role: one of the role's own partition. */
  regionFor(roleArn: string): string;
  readonly endpoint: EndpointSettings;
}

/**
 * STS is asked in the region that the node says it is in (AWS_REGION), else in the registry's, provided that the role's
 * partition has that region; else in the partition's oldest region. A FIPS registry wants FIPS all the way; a dual-stack one says nothing about
 * how the node reaches STS.
 */
export function stsSettings(registry: Registry, options: EcrOptions): StsSettings {
  const { endpoints, region } = options;
  const registryRegion = registry.kind === "private" ? registry.region : PUBLIC_REGION;
  return {
    regionFor(roleArn) {
      const partition = partitionOfArn(roleArn);
      const candidates = [region, registryRegion].filter((candidate) => candidate !== undefined);
      const fitting = candidates.find((candidate) => {
        const owner = partitionOfRegion(candidate);
        return owner === undefined || partition === undefined || owner.id === partition.id;
      });
      return fitting ?? partition?.oldestRegion ?? registryRegion;
    },
    endpoint: {
      url: endpoints.sts,
      fips: endpoints.fips ?? (registry.kind === "private" && registry.fips && endpoints.sts === undefined),
      dualStack: endpoints.dualStack ?? false,
    },
  };
}
