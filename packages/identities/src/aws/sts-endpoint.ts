import { checkConfiguredUrl, type EndpointSettings } from "./endpoint.ts";
import { COMMERCIAL, type Partition, partitionOfArn, partitionOfRegion } from "./partitions.ts";

/** The services' names in messages. */
const SERVICES = { sts: "AWS STS", rolesanywhere: "IAM Roles Anywhere" } as const;

/** The endpoint and region of STS. */
export interface StsSettings {
  /** The region whose STS is used for a role: one of the role's partition. */
  regionFor(roleArn: string): string;
  readonly endpoint: EndpointSettings;
}

/** The URL of STS in a region, see {@link apiUrl}. @throws {OptionsError} */
export function stsUrl(region: string, partition: Partition | undefined, settings: EndpointSettings): string {
  return apiUrl("sts", region, partition, settings);
}

/**
 * The URL of a service in a region, by the rules of AWS's SDKs (the services' endpoint rule sets).
 * @param service its name in hosts
 * @param partition used if the region's name is unknown
 * @throws {OptionsError} for a combination that AWS does not have, such as FIPS with a configured endpoint
 */
export function apiUrl(
  service: keyof typeof SERVICES,
  region: string,
  partition: Partition | undefined,
  settings: EndpointSettings,
): string {
  const { url, fips, dualStack } = settings;
  const { id, suffix, apiDualStackSuffix } = partitionOfRegion(region) ?? partition ?? COMMERCIAL;
  checkConfiguredUrl(SERVICES[service], region, settings);
  if (url !== undefined) return url;
  const domain = dualStack ? apiDualStackSuffix : suffix;
  // STS's usual endpoints in GovCloud are FIPS endpoints.
  const usual = !fips || (service === "sts" && id === "aws-us-gov" && !dualStack);
  const name = usual ? service : `${service}-fips`;
  return `https://${name}.${region}.${domain}/`;
}

/** The URL of STS in a region; if the region's name is unknown, of the ARN's partition. @throws {OptionsError} */
export function stsUrlForRole(region: string, arn: string, settings: EndpointSettings): string {
  return stsUrl(region, partitionOfArn(arn), settings);
}
