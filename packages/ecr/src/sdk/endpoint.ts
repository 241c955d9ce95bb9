import { messageOf, OptionsError } from "@imagecred/protocol";
import type { Partition } from "../partitions.ts";

/** Which of a service's endpoints is wanted. */
export interface EndpointSettings {
  /** An endpoint that the operator configured; undefined for AWS's own. */
  readonly url: string | undefined;
  readonly fips: boolean;
  readonly dualStack: boolean;
  /** Who asked for that endpoint and not for the usual one: "AWS_USE_FIPS_ENDPOINT is true". */
  readonly because?: string;
}

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

/**
 * What to do when the name of an endpoint does not exist: it depends on why that name was asked for.
 * @returns undefined for the usual endpoint, whose name exists
 */
export function unresolvedAdvice(
  service: string,
  region: string,
  { url, fips, dualStack, because }: EndpointSettings,
): string | undefined {
  if (url !== undefined) return "check the host name in AWS_ENDPOINT_URL and its service-specific variants";
  if (because === undefined || !(fips || dualStack)) return undefined;
  const kind = [fips ? "FIPS" : "", dualStack ? "dual-stack" : ""].filter((word) => word !== "").join(", ");
  return `${because}, and ${service} may have no ${kind} endpoint in ${region}: use the usual endpoint or another region; if it has one, check the node's DNS`;
}

/** Who asked for FIPS or dual-stack: the environment, else the form of the registry's host. */
export function endpointReason(
  overrides: { readonly fips: boolean | undefined; readonly dualStack: boolean | undefined },
  { fips, dualStack }: Pick<EndpointSettings, "fips" | "dualStack">,
): string | undefined {
  const variables = [
    fips && overrides.fips === true ? "AWS_USE_FIPS_ENDPOINT is true" : "",
    dualStack && overrides.dualStack === true ? "AWS_USE_DUALSTACK_ENDPOINT is true" : "",
  ].filter((text) => text !== "");
  if (variables.length > 0) return variables.join(", ");
  return fips || dualStack ? "the registry's host name asks for it" : undefined;
}
