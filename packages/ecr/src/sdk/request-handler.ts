import { awsRetry, withUnresolvedAdvice } from "@imagecred/identities/aws/calls";
import type { HttpClient, HttpRequest as OurRequest } from "@imagecred/protocol";
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
          again: (outcome) => awsRetry(outcome, now()),
          ...limits,
        })
        .catch((error: unknown) => {
          throw withUnresolvedAdvice(error, unresolved);
        });
      return { response: { statusCode: status, headers: { ...headers }, body } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

function urlOf({ protocol, hostname, port, path }: HttpRequest): string {
  return `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`;
}

/** The transport writes Host and Content-Length itself, with the values that were signed. */
function headersOf({ headers }: HttpRequest): Record<string, string> {
  const { host: _host, "content-length": _length, ...rest } = headers;
  return rest;
}
