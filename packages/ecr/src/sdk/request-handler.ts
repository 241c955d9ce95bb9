import {
  CredentialError,
  type HttpClient,
  type HttpRequest as OurRequest,
  type Outcome,
  type Retry,
  retryByDefault,
  TransportError,
  type TransportResponse,
} from "@imagecred/protocol";
import type { HttpHandlerOptions, HttpRequest, HttpResponse, RequestHandler } from "@smithy/types";

type SdkHandler = RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions> & {
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
};

/** What an SDK client's requests are for, and their limits. */
export interface HandlerSettings extends Pick<OurRequest, "timeoutMs" | "connectTimeoutMs" | "attempts"> {
  /** Who is asked, for messages and logs: "Amazon ECR". */
  readonly service: string;
  readonly operation: string;
  readonly now: () => number;
  /** What to do when the endpoint's name does not exist, where that is another thing than to check the node's DNS. */
  readonly unresolved: string | undefined;
}

/**
 * Sends an SDK client's requests through our HTTP client, so that its deadline, retries, proxies, size limit and logs
 * hold for them.
 */
export function requestHandler(
  http: HttpClient,
  { service, operation, now, unresolved, ...limits }: HandlerSettings,
): SdkHandler {
  return {
    async handle(request) {
      const { status, headers, body } = await http
        .cloud({
          service,
          operation,
          method: "POST",
          url: urlOf(request),
          headers: headersOf(request),
          body: request.body as string | Uint8Array,
          again: (outcome) => again(outcome, now()),
          ...limits,
        })
        .catch((error: unknown) => {
          throw unresolved !== undefined && isUnresolved(error) ? error.with({ advice: unresolved }) : error;
        });
      return { response: { statusCode: status, headers: { ...headers }, body } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

/** The endpoint's name does not exist; a name server that does not answer is another thing. */
function isUnresolved(error: unknown): error is CredentialError {
  return (
    error instanceof CredentialError &&
    error.cause instanceof TransportError &&
    error.cause.code === "ENOTFOUND"
  );
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
