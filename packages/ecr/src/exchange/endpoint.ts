import { checkConfiguredUrl, type EndpointSettings } from "@imagecred/identities/aws";
import { COMMERCIAL } from "@imagecred/identities/aws/facts";
import { type PrivateRegistry, PUBLIC_REGION } from "../registry.ts";

/** The APIs' names in messages. */
export const ECR = "Amazon ECR";
export const ECR_PUBLIC = "Amazon ECR Public";

/**
 * The URL of ECR's API for a registry, by the service's endpoint rules (the endpoint rule set in AWS's SDKs). The rules
 * derive the partition from the region's name; the registry's host also has it for new regions.
 * @throws {OptionsError} for a combination that AWS does not have, such as FIPS with a configured endpoint
 */
export function ecrUrl(
  { region, partition }: Pick<PrivateRegistry, "region" | "partition">,
  settings: EndpointSettings,
): string {
  const { url, fips, dualStack } = settings;
  checkConfiguredUrl(ECR, region, settings);
  if (url !== undefined) return url;
  const name = fips ? "ecr-fips" : "ecr";
  return dualStack
    ? `https://${name}.${region}.${partition.apiDualStackSuffix}/`
    : `https://api.${name}.${region}.${partition.suffix}/`;
}

/** The URL of ECR Public's API, by its endpoint rules. @throws {OptionsError} as {@link ecrUrl} */
export function ecrPublicUrl(settings: EndpointSettings): string {
  const { url, fips, dualStack } = settings;
  checkConfiguredUrl(ECR_PUBLIC, PUBLIC_REGION, settings);
  if (url !== undefined) return url;
  const domain = dualStack ? COMMERCIAL.apiDualStackSuffix : COMMERCIAL.suffix;
  if (fips) return `https://api.ecr-public-fips.${PUBLIC_REGION}.${domain}/`;
  // The only dual-stack endpoint without "api." in its name.
  return `https://${dualStack ? "" : "api."}ecr-public.${PUBLIC_REGION}.${domain}/`;
}
