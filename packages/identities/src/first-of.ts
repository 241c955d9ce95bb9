import type { Found, IdentitySource, Unavailable } from "@imagecred/protocol";

/**
 * Tries sources in order: returns the first identity, or the reasons why all are unavailable.
 * @throws {CredentialError} if a source is configured but does not work
 */
export async function firstOf<Identity>(
  sources: readonly IdentitySource<Identity>[],
): Promise<Found<Identity> | Unavailable> {
  const tried: string[] = [];
  let advice: string | undefined;
  for (const { name, find } of sources) {
    const found = await find();
    if (!("unavailable" in found)) return found;
    tried.push(`${name}: ${found.unavailable}`);
    advice ??= found.advice;
  }
  return { unavailable: tried.join("; "), ...(advice === undefined ? {} : { advice }) };
}
