import { type Context, type CredentialProviderRequest, UnsupportedRegistryError } from "@imagecred/protocol";
import type { GcrOptions } from "./options.ts";
import { DEFAULT_UNIVERSE, type Universe } from "./universe.ts";

/** An access token that is wanted: for what, and what is at hand to get it. */
export interface TokenRequest extends Pick<CredentialProviderRequest, "serviceAccountAnnotations"> {
  /** host or host:port of the image's registry, for messages. */
  readonly registry: string;
  /** The universe whose registries accept the token. */
  readonly universe: Universe;
  readonly options: GcrOptions;
  readonly context: Context;
}

/**
 * Makes sure that a credential stays in its universe.
 * @param domain the credential's universe
 * @param credential what it is, as the end of "and ... belongs to": "the credential in key.json"
 * @throws {UnsupportedRegistryError} when the registry belongs to another universe
 */
export function requireUniverse(
  { registry, universe }: Pick<TokenRequest, "registry" | "universe">,
  domain: string,
  credential: string,
  advice: string,
): void {
  if (domain === universe.domain) return;
  throw new UnsupportedRegistryError(
    `${registry} belongs to the universe ${universe.domain}, and ${credential} to ${domain}, where it stays; ${advice}`,
  );
}

/** Neither a pod's token nor the instance says which universe it is of: unless the operator does, it is the default one. */
export function requireAssumedUniverse(request: TokenRequest): void {
  const assumed = request.options.universe ?? DEFAULT_UNIVERSE;
  requireUniverse(
    request,
    assumed.domain,
    "the node's and its pods' credentials are taken to belong",
    `where that is wrong, say --universe-domain ${request.universe.domain}`,
  );
}
