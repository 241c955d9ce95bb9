import { CredentialError, OptionsError, TransportError } from "@imagecred/protocol";

/** The choice between a service's endpoints. */
export interface EndpointSettings {
  /** An endpoint that the operator configured; undefined for AWS's own. */
  readonly url: string | undefined;
  readonly fips: boolean;
  readonly dualStack: boolean;
  /** Why it is not the usual endpoint: "AWS_USE_FIPS_ENDPOINT is true". */
  readonly reason?: string;
}

/**
 * Checks that a configured endpoint is not combined with FIPS or dual-stack: AWS's endpoint rules do not allow this.
 * @param service for the message: "Amazon ECR"
 * @throws {OptionsError} if it is
 */
export function checkConfiguredUrl(
  service: string,
  region: string,
  { url, fips, dualStack }: EndpointSettings,
): void {
  if (url === undefined || !(fips || dualStack)) return;
  const kind = fips ? "FIPS" : "dual stack";
  throw new OptionsError(
    `no endpoint of ${service} in ${region}: ${kind} cannot be combined with a configured endpoint`,
  );
}

/**
 * Advice if an endpoint's name does not exist, by the reason for choosing that endpoint.
 * @returns undefined for the usual endpoint, whose name exists
 */
export function unresolvedAdvice(
  service: string,
  region: string,
  { url, fips, dualStack, reason }: EndpointSettings,
): string | undefined {
  if (url !== undefined) return "check the host name in AWS_ENDPOINT_URL and its service-specific variants";
  if (reason === undefined || !(fips || dualStack)) return undefined;
  const kind = [fips ? "FIPS" : "", dualStack ? "dual-stack" : ""].filter((word) => word !== "").join(", ");
  return `${reason}, and ${service} may have no ${kind} endpoint in ${region}: use the usual endpoint or another region; if it has one, check the node's DNS`;
}

/** The environment's settings; undefined if a variable is not set. */
export interface EndpointSwitches {
  readonly fips: boolean | undefined;
  readonly dualStack: boolean | undefined;
}

/**
 * Chooses the endpoint: by the environment, else by the form of the registry's host. A configured endpoint is used
 * unchanged, whatever the host's form.
 * @param url the configured endpoint
 * @param byHost the choice by the form of the registry's host
 */
export function endpointSettings(
  url: string | undefined,
  switches: EndpointSwitches,
  byHost: Pick<EndpointSettings, "fips" | "dualStack"> = { fips: false, dualStack: false },
): EndpointSettings {
  const isAwsEndpoint = url === undefined;
  const choice = {
    fips: switches.fips ?? (isAwsEndpoint && byHost.fips),
    dualStack: switches.dualStack ?? (isAwsEndpoint && byHost.dualStack),
  };
  const reason = reasonOf(switches, choice);
  return { url, ...choice, ...(reason === undefined ? {} : { reason }) };
}

/** The setting that chose FIPS or dual-stack: the environment's, else the form of the registry's host. */
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

/** The error, with the advice of {@link unresolvedAdvice} if the endpoint's name does not exist. */
export function withUnresolvedAdvice(error: unknown, advice: string | undefined): unknown {
  const unresolved =
    error instanceof CredentialError &&
    error.cause instanceof TransportError &&
    // EAI_AGAIN means that no name server responded.
    error.cause.code === "ENOTFOUND";
  return advice !== undefined && unresolved ? error.with({ advice }) : error;
}
