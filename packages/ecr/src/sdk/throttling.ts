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
export function isThrottling(body: Uint8Array): boolean {
  return IN_BODY.test(new TextDecoder().decode(body));
}
