import { json, type Received, type Reply, text } from "./exchange.ts";
import type { TokenIssuer } from "./issuer.ts";
import type { TlsService } from "./service.ts";

/** An issuer with public documents, and their location. */
export interface PublishedIssuer extends TokenIssuer {
  /** URL of the JWKS document. */
  readonly jwksUri: string;
  /** Fields of the discovery document in addition to `issuer` and `jwks_uri`. */
  readonly document?: Readonly<Record<string, unknown>>;
}

/**
 * A web server for issuers' OpenID Connect discovery documents and keys
 * (https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig).
 * @param issuers called for each request, so that issuers can be added while it runs
 */
export function oidcDocumentsService(
  name: string,
  about: string,
  issuers: () => readonly PublishedIssuer[],
): TlsService {
  const urls = (issuer: PublishedIssuer) => [discoveryUrl(issuer), issuer.jwksUri];
  return {
    name,
    about,
    example: new URL(issuers()[0]?.url ?? "https://issuer.invalid").host,
    hosts: (host) =>
      issuers().some(
        (issuer) => issuer.readable && urls(issuer).some((url) => new URL(url).hostname === host),
      ),
    operation: ({ path }) => (path.endsWith("/.well-known/openid-configuration") ? "Discovery" : "Keys"),
    handle: (request) => documentOf(issuers(), request),
  };
}

async function documentOf(issuers: readonly PublishedIssuer[], request: Received): Promise<Reply> {
  if (request.method !== "GET") return text(405, "Method Not Allowed\n");
  const url = `https://${request.host}${request.path}`;
  for (const issuer of issuers.filter(({ readable }) => readable)) {
    if (url === discoveryUrl(issuer)) {
      return json(200, {
        issuer: issuer.url,
        jwks_uri: issuer.jwksUri,
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        ...issuer.document,
      });
    }
    if (url === issuer.jwksUri) return json(200, await issuer.keys());
  }
  return text(404, "Not Found\n");
}

function discoveryUrl({ url }: PublishedIssuer): string {
  return `${url.replace(/\/$/, "")}/.well-known/openid-configuration`;
}
