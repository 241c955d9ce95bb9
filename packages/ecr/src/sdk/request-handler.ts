import type { HttpClient, Outcome, Retry, TransportResponse } from "@imagecred/protocol";
import { retryByDefault } from "@imagecred/protocol";
import type { HttpHandlerOptions, HttpRequest, HttpResponse, RequestHandler } from "@smithy/types";

type SdkHandler = RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions> & {
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
};

/**
 * Sends an SDK client's requests through our HTTP client, so that its deadline, retries, proxies, size limit and logs
 * hold for them.
 * @param service who is asked, for messages and logs
 */
export function requestHandler(
  http: HttpClient,
  service: string,
  operation: string,
  now: () => number,
): SdkHandler {
  return {
    async handle(request) {
      const { status, headers, body } = await http.cloud({
        service,
        operation,
        method: "POST",
        url: urlOf(request),
        headers: headersOf(request),
        body: request.body as string | Uint8Array,
        again: (outcome) => again(outcome, now()),
      });
      return { response: { statusCode: status, headers: { ...headers }, body } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

/** AWS throttles with status 400 and a code in the body, too. */
function again(outcome: Outcome<TransportResponse>, now: number): Retry | undefined {
  const usual = retryByDefault(outcome, now);
  if (usual !== undefined || !outcome.ok || outcome.value.status !== 400) return usual;
  return isThrottling(outcome.value.body) ? { because: "throttled" } : undefined;
}

function urlOf({ protocol, hostname, port, path }: HttpRequest): string {
  return `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`;
}

/** The transport writes Host and Content-Length itself, with the values that were signed. */
function headersOf({ headers }: HttpRequest): Record<string, string> {
  const { host: _host, "content-length": _length, ...rest } = headers;
  return rest;
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
