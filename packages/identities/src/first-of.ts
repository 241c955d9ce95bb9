import type { Found, IdentitySource, Unavailable } from "@imagecred/protocol";

/**
 * Asks sources in order, as the source of something else: the first identity, or why there is none.
 * @throws {CredentialError} of a source that is configured and does not work
 */
export async function firstOf<Identity>(
  sources: readonly IdentitySource<Identity>[],
): Promise<Found<Identity> | Unavailable> {
  const tried: string[] = [];
  let instead: string | undefined;
  for (const { name, find } of sources) {
    const found = await find();
    if (!("unavailable" in found)) return found;
    tried.push(`${name}: ${found.unavailable}`);
    instead ??= found.instead;
  }
  return { unavailable: tried.join("; "), ...(instead === undefined ? {} : { instead }) };
}
