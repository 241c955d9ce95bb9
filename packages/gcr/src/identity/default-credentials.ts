import { type Found, textAt } from "@imagecred/protocol";
import { requireUniverse, type TokenRequest } from "../token-request.ts";
import { DEFAULT_UNIVERSE } from "../universe.ts";
import type { AccessToken } from "./access-token.ts";
import { type CredentialFile, parseCredentialFile, unusable } from "./credential-file.ts";
import { externalToken, impersonationIn } from "./external-account.ts";
import { impersonate } from "./impersonation.ts";
import { keyToken } from "./service-account-key.ts";
import { userToken } from "./user-file.ts";

/**
 * The access token of a credential file's identity. A file of another universe than the registry's is refused.
 * @param text the file's contents
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
  return await tokenOf(file, request);
}

async function tokenOf(file: CredentialFile, request: TokenRequest): Promise<Found<AccessToken>> {
  switch (file.type) {
    case "service_account":
      return await keyToken(file, request);
    case "authorized_user":
    case "external_account_authorized_user":
      return await userToken(file, request);
    case "external_account":
      return await externalToken(file, request);
    case "impersonated_service_account":
      return await impersonatedToken(file, request);
  }
}

/** `gcloud auth application-default login --impersonate-service-account`: a credential, and the account that it impersonates. */
async function impersonatedToken(file: CredentialFile, request: TokenRequest): Promise<Found<AccessToken>> {
  const target = impersonationIn(file, request.universe);
  if (target === undefined) {
    throw unusable(
      file.path,
      "its service_account_impersonation_url is missing",
      "create a new file with gcloud",
    );
  }
  const source = parseCredentialFile(file.fields["source_credentials"], `${file.path} (source_credentials)`);
  if (source.type === "impersonated_service_account") {
    throw unusable(file.path, "its source_credentials also impersonate an account", "use delegates instead");
  }
  const caller = await tokenOf(source, request);
  const identity = await impersonate(target, caller.identity, request);
  return { identity, principal: `${target.email} by ${caller.principal}` };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the file, which contains a key.
    throw unusable(path, "it is not JSON", "create a new file");
  }
}
