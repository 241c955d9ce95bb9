import { OptionsError } from "@imagecred/protocol";
import type { EndpointSettings } from "./endpoint.ts";
import { COMMERCIAL, type Partition, partitionOfArn, partitionOfRegion } from "./partitions.ts";

/** How to reach STS. */
export interface StsSettings {
  /** Region whose STS is asked for a role: one of the role's own partition. */
  regionFor(roleArn: string): string;
  readonly endpoint: EndpointSettings;
}

/**
 * The URL of STS in a region, by the rules of AWS's SDKs (the endpoint rule set of STS).
 * @param partition of a region whose name this version does not know
 * @throws {OptionsError} for a combination that AWS does not have, such as FIPS with a configured endpoint
 */
export function stsUrl(
  region: string,
  partition: Partition | undefined,
  { url, fips, dualStack }: EndpointSettings,
): string {
  const { id, suffix, apiDualStackSuffix } = partitionOfRegion(region) ?? partition ?? COMMERCIAL;
  if (url !== undefined) {
    if (fips) throw refused(region, "FIPS and a configured endpoint exclude each other");
    if (dualStack) throw refused(region, "dual stack and a configured endpoint exclude each other");
    return url;
  }
  const domain = dualStack ? apiDualStackSuffix : suffix;
  // The usual endpoints of GovCloud are FIPS endpoints already.
  const name = fips && !(id === "aws-us-gov" && !dualStack) ? "sts-fips" : "sts";
  return `https://${name}.${region}.${domain}/`;
}

/** What an ARN says about the region's partition, where the region's name says nothing. */
export function stsUrlForRole(region: string, arn: string, settings: EndpointSettings): string {
  return stsUrl(region, partitionOfArn(arn), settings);
}

function refused(region: string, reason: string): OptionsError {
  return new OptionsError(`no endpoint of AWS STS in ${region}: ${reason}`);
}
