import { type Found, textAt } from "@imagecred/protocol";
import { requireUniverse, type TokenRequest } from "../token-request.ts";
import { DEFAULT_UNIVERSE } from "../universe.ts";
import type { AccessToken } from "./access-token.ts";
import { parseCredentialFile, unusable } from "./credential-file.ts";

/**
 * The access token of the identity that a credential file holds or describes. A file of another universe than the
 * registry's is refused unused.
 * @param text what is in the file
 * @throws {CredentialError}
 * @throws {UnsupportedRegistryError}
 */
export async function fileToken(
  path: string,
  text: string,
  request: TokenRequest,
): Promise<Found<AccessToken>> {
  const file = parseCredentialFile(parseJson(text, path), path);
  const own = textAt(file.fields, "universe_domain") ?? DEFAULT_UNIVERSE.domain;
  requireUniverse(request, own, `the credential in ${path}`, "use a credential of the registry's universe");
  const { libraryToken } = await import("./google-auth.ts");
  return await libraryToken(file, request);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the file, and the file holds a key.
    throw unusable(path, "it is not JSON", "write the file again");
  }
}
