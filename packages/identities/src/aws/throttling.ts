import { type Outcome, type Retry, retryByDefault, type TransportResponse } from "@imagecred/protocol";

/**
 * The default retry rule, extended for AWS: it also throttles with status 400 and a code in the body.
 * @param now milliseconds since the epoch
 */
export function awsRetry(outcome: Outcome<TransportResponse>, now: number): Retry | undefined {
  const byDefault = retryByDefault(outcome, now);
  if (byDefault !== undefined || !outcome.ok || outcome.value.status !== 400) return byDefault;
  return isThrottling(outcome.value.body) ? { reason: "throttled" } : undefined;
}

/**
 * Error codes that are retried, whatever the status (AWS SDKs and Tools reference guide, "Retry behavior"; the last is
 * STS's if it cannot reach the token's issuer).
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

/** ECR's responses are JSON with `__type`, sometimes after a namespace and a `#`; STS's are XML with `<Code>`. */
const IN_BODY = new RegExp(
  `"__type"\\s*:\\s*"(?:[^"]*#)?(?:${CODES.join("|")})"|<Code>(?:${CODES.join("|")})</Code>`,
);

/** Whether the body of an error response contains one of the codes. */
function isThrottling(body: Uint8Array): boolean {
  return IN_BODY.test(new TextDecoder().decode(body));
}

/** Whether an error code (or the name of the SDK's exception for it) means throttling or another temporary failure. */
export function isThrottlingCode(name: string): boolean {
  return CODES.includes(name) || CODES.includes(name.replace(/Exception$/, ""));
}
