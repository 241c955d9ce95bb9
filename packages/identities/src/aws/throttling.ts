import { type Outcome, type Retry, retryByDefault, type TransportResponse } from "@imagecred/protocol";

/**
 * The usual rule for another attempt, and AWS's own: it throttles with status 400 and a code in the body, too.
 * @param now milliseconds since the epoch
 */
export function awsRetry(outcome: Outcome<TransportResponse>, now: number): Retry | undefined {
  const usual = retryByDefault(outcome, now);
  if (usual !== undefined || !outcome.ok || outcome.value.status !== 400) return usual;
  return isThrottling(outcome.value.body) ? { because: "throttled" } : undefined;
}

/**
 * Error codes that mean "later", whatever the status (AWS SDKs and Tools reference guide, "Retry behavior"; the last is
 * STS's, when it cannot reach the token's issuer).
 */
const CODES = [
  "BandwidthLimitExceeded",
  "EC2ThrottledException",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "RequestTimeout",
  "RequestTimeoutException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
  "TransactionInProgressException",
  "IDPCommunicationError",
];

/** ECR answers in JSON with `__type`, at times behind a namespace and a `#`; STS in XML with `<Code>`. */
const IN_BODY = new RegExp(
  `"__type"\\s*:\\s*"(?:[^"]*#)?(?:${CODES.join("|")})"|<Code>(?:${CODES.join("|")})</Code>`,
);

/** Whether the body of an error answer carries one of the codes that ask for another try. */
function isThrottling(body: Uint8Array): boolean {
  return IN_BODY.test(new TextDecoder().decode(body));
}

/** Whether an error code (or the name of the SDK's exception for it) is one of those. */
export function isThrottlingCode(name: string): boolean {
  return CODES.includes(name) || CODES.includes(name.replace(/Exception$/, ""));
}
