import { base64, type Context, type TlsOptions, type TransportResponse } from "@imagecred/protocol";
import { tokenIn } from "../google-response.ts";
import { type AccessToken, expiryOf } from "./access-token.ts";

/** One request for an access token (RFC 6749 section 4). */
export interface GrantRequest {
  /** The service's name in messages: "Google STS". */
  readonly service: string;
  readonly url: string;
  /** The form's fields. */
  readonly fields: Readonly<Record<string, string>>;
  /** An OAuth client that must authenticate (RFC 6749 section 2.3.1). */
  readonly client?: { readonly id: string; readonly secret: string } | undefined;
  /** For endpoints that ask for a client certificate. */
  readonly tls?: TlsOptions;
  /** The action, for errors. */
  readonly action: string;
  /** Default advice for an error without a known cause. */
  readonly advice: string;
}

/** Requests an access token from an OAuth token endpoint. @throws {CredentialError} */
export async function requestToken(grant: GrantRequest, context: Context): Promise<AccessToken> {
  const response = await post(grant, context);
  const { token, document } = await tokenIn(response, grant.action, "access_token", () => grant.advice);
  return { token, expiresAt: expiryOf(document, context.clock.now()) };
}

function post(
  { service, url, fields, client, tls }: GrantRequest,
  { http }: Context,
): Promise<TransportResponse> {
  const basic =
    client === undefined
      ? {}
      : { authorization: `Basic ${base64(new TextEncoder().encode(`${client.id}:${client.secret}`))}` };
  return http.cloud({
    service,
    operation: "token",
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded", ...basic },
    body: new URLSearchParams(fields).toString(),
    ...(tls === undefined ? {} : { tls }),
  });
}
