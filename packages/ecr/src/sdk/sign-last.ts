import type { HttpAuthScheme } from "@smithy/types";

/**
 * Lets a client prepare its requests before it is known who signs them. The SDK asks for the identity twice: when it
 * chooses an authentication scheme, where SigV4 makes no use of the answer, and when it signs. The first question is
 * answered with nobody here, so that the second is the only one that waits.
 */
export function signLast({ httpAuthSchemes }: { readonly httpAuthSchemes: readonly HttpAuthScheme[] }): void {
  for (const scheme of httpAuthSchemes) scheme.identityProvider = () => async () => ({});
}
