import { entraAdvice } from "@imagecred/identities/azure/entra-advice";
import { tokenFacts } from "@imagecred/identities/token-facts";
import {
  bodyStart,
  CredentialError,
  excerpt,
  failureOf,
  parseJson,
  redirectReason,
  type Secret,
  type TransportResponse,
  textAt,
} from "@imagecred/protocol";

/**
 * The error for a token endpoint's response without a token: OAuth's error with Entra's code, message and ids.
 * @param action the action
 * @param service the service's name
 * @param assertion the token that proved the application, if there was one
 */
export function tokenEndpointError(
  action: string,
  response: TransportResponse,
  service: string,
  assertion?: { readonly clientId: string; readonly assertion: Secret },
): CredentialError {
  const document = parseJson(response.body);
  const error = textAt(document, "error");
  const { status, headers } = response;
  const redirect = redirectReason(response);
  if (redirect !== undefined) {
    return new CredentialError({ action, reason: redirect, advice: `check what responds as ${service}` });
  }
  if (error === undefined) {
    const reason = `status ${status} with ${document === undefined ? bodyStart(response) : "neither a token nor an error"}`;
    return new CredentialError({ action, reason, advice: `check what responds as ${service}` });
  }
  const description = textAt(document, "error_description") ?? "";
  const said = description.replace(/\s*\b(?:Trace ID|Correlation ID|Timestamp):.*$/s, "").trim();
  const trace = textAt(document, "trace_id") ?? headers["x-ms-request-id"];
  const reason = `status ${status} ${error}${said === "" ? "" : `, ${excerpt(said, 240)}`}${trace === undefined ? "" : ` (trace id ${trace})`}`;
  const facts =
    assertion === undefined
      ? {}
      : { assertion: { ...tokenFacts(assertion.assertion), clientId: assertion.clientId } };
  const advice =
    status === 429 || status >= 500
      ? `${service} is busy or failing: the kubelet tries again`
      : (entraAdvice(description, facts) ?? `ask the administrators of ${service} to check the identity`);
  const failure = failureOf(status);
  return new CredentialError({ action, reason, advice, ...(failure === undefined ? {} : { failure }) });
}
