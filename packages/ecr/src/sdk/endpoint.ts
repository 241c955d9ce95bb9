import type { EndpointSettings } from "@imagecred/identities/aws";
import type { Partition } from "@imagecred/identities/aws/facts";
import { messageOf, OptionsError } from "@imagecred/protocol";

/** The endpoint rules of an SDK client (`client.config.endpointProvider`). */
export type EndpointRules = (parameters: {
  Region?: string;
  UseFIPS?: boolean;
  UseDualStack?: boolean;
  Endpoint?: string;
}) => { readonly url: URL };

/**
 * The URL that a client will call, by the SDK's own rules.
 * @throws {OptionsError} for a combination that the rules refuse, such as FIPS with a configured endpoint
 */
export function endpointUrl(
  rules: EndpointRules,
  service: string,
  region: string,
  { url, fips, dualStack }: EndpointSettings,
): string {
  try {
    return rules({
      Region: region,
      UseFIPS: fips,
      UseDualStack: dualStack,
      ...(url === undefined ? {} : { Endpoint: url }),
    }).url.href;
  } catch (error) {
    throw new OptionsError(`no endpoint of ${service} in ${region}: ${messageOf(error)}`);
  }
}

/**
 * The rules know a region's partition by the region's name, and take a name that is new to them for one of the commercial
 * partition. The registry's host says better: then the endpoint is that of the partition's oldest region with this one's name in it.
 * @returns undefined where the rules are right
 */
export function endpointUrlOfNewRegion(
  rules: EndpointRules,
  service: string,
  region: string,
  partition: Partition,
  settings: EndpointSettings,
): string | undefined {
  if (settings.url !== undefined || partition.suffix === "amazonaws.com") return undefined;
  const byRegion = endpointUrl(rules, service, region, settings);
  const oldest = endpointUrl(rules, service, partition.oldestRegion, settings);
  const byPartition = oldest.replace(`.${partition.oldestRegion}.`, `.${region}.`);
  return byPartition === byRegion ? undefined : byPartition;
}
