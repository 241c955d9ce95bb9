import {
  createHttpHeaders,
  type PipelineRequest,
  type PipelineResponse,
  type HttpClient as SdkHttpClient,
} from "@azure/core-rest-pipeline";
import type { Context, HttpRequest, TransportResponse } from "@imagecred/protocol";

/** An HTTP client for @azure/identity. */
export interface SdkHttp {
  /** For the `httpClient` option of a credential. */
  readonly client: SdkHttpClient;
  /** The error that our client threw, if any. */
  failure(): unknown;
  /** The last response. */
  lastResponse(): TransportResponse | undefined;
}

const METHODS: readonly string[] = ["GET", "POST", "PUT", "HEAD"] satisfies HttpRequest["method"][];

/**
 * Makes @azure/identity use the context's client, with its proxy, deadline, retries and logs.
 * @param authority of an Entra tenant, whose endpoints are known; undefined for AD FS
 */
export function createSdkHttpClient(
  context: Context,
  userAgent: string | undefined,
  authority: string | undefined,
): SdkHttp {
  let failure: unknown;
  let last: TransportResponse | undefined;
  async function sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    if (authority !== undefined && request.url === `${authority}/v2.0/.well-known/openid-configuration`)
      return openIdConfiguration(request, authority);
    try {
      const response = await context.http.cloud({
        service: "Microsoft Entra ID",
        operation: request.method === "POST" ? "token" : "openid-configuration",
        method: methodOf(request),
        url: request.url,
        headers: headersOf(request, userAgent),
        ...(typeof request.body === "string" ? { body: request.body } : {}),
      });
      last = response;
      return {
        request,
        status: response.status,
        headers: createHttpHeaders({ ...response.headers }),
        bodyAsText: new TextDecoder().decode(response.body),
      };
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  return { client: { sendRequest }, failure: () => failure, lastResponse: () => last };
}

/**
 * The response to MSAL's request for the endpoints of an authority that it does not know, such as login.chinacloudapi.cn.
 * Their form is always the same (https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud), so no
 * request is sent.
 */
function openIdConfiguration(request: PipelineRequest, authority: string): PipelineResponse {
  const document = {
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    issuer: `${authority}/v2.0`,
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
    jwks_uri: `${authority}/discovery/v2.0/keys`,
  };
  return { request, status: 200, headers: createHttpHeaders(), bodyAsText: JSON.stringify(document) };
}

function methodOf({ method }: PipelineRequest): HttpRequest["method"] {
  if (METHODS.includes(method)) return method as HttpRequest["method"];
  throw new Error(`@azure/identity made a ${method} request`);
}

/** The SDK's headers, without those of the connection and its user agent. */
function headersOf(request: PipelineRequest, userAgent: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers.toJSON())) {
    const lower = name.toLowerCase();
    if (!["accept-encoding", "connection", "content-length", "host", "user-agent"].includes(lower))
      headers[lower] = value;
  }
  return userAgent === undefined ? headers : { ...headers, "user-agent": userAgent };
}
