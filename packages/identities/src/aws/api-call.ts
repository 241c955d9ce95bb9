import type { Context, HttpRequest, TransportResponse } from "@imagecred/protocol";
import type { AwsCredentials } from "./credentials.ts";
import { type EndpointSettings, unresolvedAdvice, withUnresolvedAdvice } from "./endpoint.ts";
import type { AwsCall } from "./refusal.ts";
import { signedHeaders, withoutHost } from "./sigv4.ts";
import { awsRetry } from "./throttling.ts";

/** A POST to an AWS API. */
export interface ApiRequest {
  readonly url: string;
  /** Names in lower case; the signature's headers are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The service's name in credential scopes: "ecr". */
  readonly signingName: string;
  /** Undefined for calls that are not signed. */
  readonly signer: AwsCredentials | undefined;
  /** How `url` was chosen, for the advice when its name does not exist. */
  readonly endpoint: EndpointSettings;
  /** Limits of each attempt (milliseconds) and number of attempts, if they are not the defaults. */
  readonly limits?: Pick<HttpRequest, "timeoutMs" | "connectTimeoutMs" | "attempts">;
}

/** AWS refuses signatures when the clock is wrong by 5 minutes; its SDKs correct from 4 (milliseconds). */
const SKEW_MS = 240_000;

/**
 * Signs and sends a request. If AWS refuses it and this node's clock differs from AWS's, signs and sends it again with the
 * time of AWS's response.
 * @returns the response, with any status
 * @throws {CredentialError} if there was no response
 */
export async function callApi(
  request: ApiRequest,
  call: Pick<AwsCall, "service" | "operation" | "region">,
  context: Context,
): Promise<TransportResponse> {
  const now = context.clock.now();
  const response = await send(request, call, now, context);
  if (response.status < 400 || request.signer === undefined) return response;
  const awsTime = Date.parse(response.headers["date"] ?? "");
  return Math.abs(awsTime - context.clock.now()) >= SKEW_MS
    ? await send(request, call, awsTime, context)
    : response;
}

async function send(
  { url, headers, body, signingName, signer, endpoint, limits }: ApiRequest,
  { service, operation, region }: Pick<AwsCall, "service" | "operation" | "region">,
  now: number,
  { http, crypto, clock }: Context,
): Promise<TransportResponse> {
  const request = { method: "POST", url, headers, body } as const;
  const signed =
    signer === undefined
      ? headers
      : signedHeaders(request, { region, service: signingName, now }, signer, crypto);
  try {
    return await http.cloud({
      ...request,
      ...limits,
      service,
      operation,
      headers: withoutHost(signed),
      retryIf: (outcome) => awsRetry(outcome, clock.now()),
    });
  } catch (error) {
    throw withUnresolvedAdvice(error, unresolvedAdvice(service, region, endpoint));
  }
}
