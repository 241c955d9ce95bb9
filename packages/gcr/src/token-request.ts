import { type Context, type CredentialProviderRequest, UnsupportedRegistryError } from "@imagecred/protocol";
import type { GcrOptions } from "./options.ts";
import { DEFAULT_UNIVERSE, type Universe } from "./universe.ts";

/** A request for an access token. */
export interface TokenRequest extends Pick<CredentialProviderRequest, "serviceAccountAnnotations"> {
  /** host or host:port of the image's registry, for messages. */
  readonly registry: string;
  /** The universe whose registries accept the token. */
  readonly universe: Universe;
  readonly options: GcrOptions;
  readonly context: Context;
}

/**
 * Checks that a credential is used in its own universe.
 * @param domain the credential's universe
 * @param credential its description, as in "and ... is of googleapis.com": "the credential in key.json"
 * @throws {UnsupportedRegistryError} if the registry belongs to another universe
 */
export function requireUniverse(
  { registry, universe }: Pick<TokenRequest, "registry" | "universe">,
  domain: string,
  credential: string,
  advice: string,
): void {
  if (domain === universe.domain) return;
  throw new UnsupportedRegistryError(
    `${registry} belongs to the universe ${universe.domain}, and ${credential} belongs to ${domain} and cannot be used there; ${advice}`,
  );
}

/** Pods' tokens and the instance do not show their universe: it is the configured one, or the default. */
export function requireAssumedUniverse(request: TokenRequest): void {
  const assumed = request.options.universe ?? DEFAULT_UNIVERSE;
  requireUniverse(
    request,
    assumed.domain,
    "without --universe-domain the node's identity",
    `if the node is in ${request.universe.domain}, set --universe-domain ${request.universe.domain}`,
  );
}
