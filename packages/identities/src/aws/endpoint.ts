import { CredentialError, OptionsError, TransportError } from "@imagecred/protocol";

/** Which of a service's endpoints is wanted. */
export interface EndpointSettings {
  /** An endpoint that the operator configured; undefined for AWS's own. */
  readonly url: string | undefined;
  readonly fips: boolean;
  readonly dualStack: boolean;
  /** Who asked for that endpoint and not for the usual one: "AWS_USE_FIPS_ENDPOINT is true". */
  readonly because?: string;
}

/**
 * A configured endpoint is used as it is: AWS's endpoint rules have no FIPS or dual-stack form of it.
 * @param service for the message: "Amazon ECR"
 * @throws {OptionsError} where one is asked for nevertheless
 */
export function checkConfiguredUrl(
  service: string,
  region: string,
  { url, fips, dualStack }: EndpointSettings,
): void {
  if (url === undefined || !(fips || dualStack)) return;
  const kind = fips ? "FIPS" : "dual stack";
  throw new OptionsError(
    `no endpoint of ${service} in ${region}: ${kind} and a configured endpoint exclude each other`,
  );
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

/** What the environment says of endpoints; undefined where it says nothing. */
export interface EndpointSwitches {
  readonly fips: boolean | undefined;
  readonly dualStack: boolean | undefined;
}

/**
 * Which endpoint is wanted: of the kind that the environment asks for, else that the registry's host asks for by its form. A
 * configured one is used as it is, whatever the host's form.
 * @param url the configured one
 * @param byHost what the form of the registry's host asks for
 */
export function endpointSettings(
  url: string | undefined,
  switches: EndpointSwitches,
  byHost: Pick<EndpointSettings, "fips" | "dualStack"> = { fips: false, dualStack: false },
): EndpointSettings {
  const isOurs = url === undefined;
  const wanted = {
    fips: switches.fips ?? (isOurs && byHost.fips),
    dualStack: switches.dualStack ?? (isOurs && byHost.dualStack),
  };
  const because = reasonOf(switches, wanted);
  return { url, ...wanted, ...(because === undefined ? {} : { because }) };
}

/** Who asked for FIPS or dual-stack: the environment, else the form of the registry's host. */
function reasonOf(
  overrides: EndpointSwitches,
  { fips, dualStack }: Pick<EndpointSettings, "fips" | "dualStack">,
): string | undefined {
  const variables = [
    fips && overrides.fips === true ? "AWS_USE_FIPS_ENDPOINT is true" : "",
    dualStack && overrides.dualStack === true ? "AWS_USE_DUALSTACK_ENDPOINT is true" : "",
  ].filter((text) => text !== "");
  if (variables.length > 0) return variables.join(", ");
  return fips || dualStack ? "the registry's host name asks for it" : undefined;
}

/** An error with the advice of {@link unresolvedAdvice}, where it says that the endpoint's name does not exist. */
export function withUnresolvedAdvice(error: unknown, advice: string | undefined): unknown {
  const unresolved =
    error instanceof CredentialError &&
    error.cause instanceof TransportError &&
    // A name server that does not answer is another thing.
    error.cause.code === "ENOTFOUND";
  return advice !== undefined && unresolved ? error.with({ advice }) : error;
}
