import {
  bodyStart,
  type Context,
  CredentialError,
  claimsOf,
  excerpt,
  failureOf,
  jwtExpiry,
  parseJson,
  type RegistryCredential,
  receivedToken,
  redirectReason,
  type TransportResponse,
  textAt,
} from "@imagecred/protocol";
import type { EntraToken } from "./identity/token.ts";
import type { AcrRegistry } from "./registry.ts";

/** The user name for registry tokens (https://learn.microsoft.com/azure/container-registry/container-registry-authentication). */
const TOKEN_USER = "00000000-0000-0000-0000-000000000000";

/**
 * Exchanges an Entra token for a registry's refresh token, with one POST to the registry itself. It does not request a
 * challenge first, because its contents are known (https://azure.github.io/acr/AAD-OAuth.html).
 * @throws {CredentialError}
 */
export async function exchange(
  registry: AcrRegistry,
  { token, tenantId }: EntraToken,
  userAgent: string | undefined,
  context: Context,
): Promise<RegistryCredential> {
  // The token's own tenant is right, even if a pod's tenant differs from the node's.
  const tenant = textAt(claimsOf(token.reveal()), "tid") ?? tenantId;
  const response = await context.http.cloud({
    service: "Azure Container Registry",
    operation: "oauth2/exchange",
    method: "POST",
    url: exchangeUrl(registry),
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
      ...(userAgent === undefined ? {} : { "user-agent": userAgent }),
    },
    body: new URLSearchParams({
      grant_type: "access_token",
      service: registry.host,
      ...(tenant === undefined ? {} : { tenant }),
      access_token: token.reveal(),
    }).toString(),
  });
  const document = parseJson(response.body);
  const refreshToken = response.status === 200 ? textAt(document, "refresh_token") : undefined;
  if (refreshToken === undefined) throw exchangeError(registry, tenant, response, document);
  return {
    login: {
      username: TOKEN_USER,
      password: receivedToken(refreshToken, `exchanging a token at ${registry.host}`, "refresh_token"),
    },
    expiresAt: jwtExpiry(refreshToken, context.clock.now()) ?? "do-not-cache",
  };
}

/** The URL of a registry's token exchange: always the registry's own host, over https, at the default port. */
export function exchangeUrl({ host }: AcrRegistry): string {
  return `https://${host}/oauth2/exchange`;
}

function exchangeError(
  { host }: AcrRegistry,
  tenant: string | undefined,
  response: TransportResponse,
  document: unknown,
): CredentialError {
  const { status, headers } = response;
  const request = headers["x-ms-correlation-request-id"];
  const action = `exchanging the Entra token for a credential of ${host} (oauth2/exchange)`;
  const redirect = redirectReason(response);
  if (redirect !== undefined) return new CredentialError({ action, reason: redirect, advice: notAcr(host) });
  // Only a response in the registry's format is its refusal: a proxy can respond with 403 too.
  const failure = firstError(document).code === undefined && status < 500 ? undefined : failureOf(status);
  const [said, advice] = explain(host, tenant, response, document);
  return new CredentialError({
    action,
    reason: `status ${status}${said}${request === undefined ? "" : ` (correlation id ${request})`}`,
    advice,
    ...(failure === undefined ? {} : { failure }),
  });
}

type Explanation = readonly [reason: string, advice: string];

const notAcr = (host: string) =>
  `check that ${host} leads to Azure Container Registry (DNS, private endpoint, proxy)`;

function explain(
  host: string,
  tenant: string | undefined,
  response: TransportResponse,
  document: unknown,
): Explanation {
  const { status, headers } = response;
  if (status === 200) {
    const what =
      document === undefined
        ? `with a body that is not JSON: ${bodyStart(response)}`
        : "without a refresh_token";
    return [` ${what}`, notAcr(host)];
  }
  const challenge = headers["www-authenticate"];
  if (challenge !== undefined && !/^bearer\b/i.test(challenge))
    return [
      ` with WWW-Authenticate: ${challenge.slice(0, 60)}, which is not a registry that accepts Entra tokens`,
      notAcr(host),
    ];
  const { code, message } = firstError(document);
  const said =
    code === undefined
      ? ` with ${bodyStart(response)}`
      : ` ${code}${message === undefined ? "" : `, ${message}`}`;
  if (/\bfirewall\b|is not allowed access/i.test(message ?? ""))
    return [said, `allow this network in the firewall or private endpoints of ${host}`];
  if ((status === 401 || status === 403) && code !== undefined)
    return [
      said,
      `give the identity the role AcrPull on ${host} (Container Registry Repository Reader if the registry uses ABAC); if it has the role, check that it belongs to the registry's tenant${tenant === undefined ? "" : ` (its tenant is ${tenant})`}`,
    ];
  if (status === 404) return [said, `check that the registry ${host} exists`];
  if (status === 429 || status >= 500)
    return [said, "the registry is busy or failing: the kubelet tries again"];
  return [said, notAcr(host)];
}

/** The error format of the distribution spec: `{"errors":[{"code","message"}]}`. */
function firstError(document: unknown): {
  readonly code: string | undefined;
  readonly message: string | undefined;
} {
  const errors: unknown =
    typeof document === "object" && document !== null ? Reflect.get(document, "errors") : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const message = textAt(first, "message");
  return { code: textAt(first, "code"), message: message === undefined ? undefined : excerpt(message, 160) };
}
