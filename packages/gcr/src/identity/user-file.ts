import { type Found, Secret } from "@imagecred/protocol";
import type { TokenRequest } from "../token-request.ts";
import { DEFAULT_UNIVERSE } from "../universe.ts";
import type { AccessToken } from "./access-token.ts";
import { type CredentialFile, required, unusable } from "./credential-file.ts";
import { endpointIn, tokenUri } from "./endpoint.ts";
import { requestToken } from "./oauth.ts";

/**
 * The access token of a user's login, from its refresh token: `gcloud auth application-default login`
 * (https://google.aip.dev/auth/4113), with or without a workforce pool's login configuration.
 * @throws {CredentialError}
 */
export async function userToken(file: CredentialFile, request: TokenRequest): Promise<Found<AccessToken>> {
  const { universe, context } = request;
  const workforce = file.type === "external_account_authorized_user";
  if (!workforce && universe.domain !== DEFAULT_UNIVERSE.domain) {
    throw unusable(file.path, "a user's credential outside of googleapis.com", "use a service account");
  }
  const id = required(file, "client_id");
  const secret = new Secret(required(file, "client_secret")).reveal();
  const refresh = new Secret(required(file, "refresh_token")).reveal();
  const url = workforce
    ? (endpointIn(file, "token_url", "sts", universe) ?? `https://sts.${universe.domain}/v1/oauthtoken`)
    : tokenUri(file, universe);
  const grant = { grant_type: "refresh_token", refresh_token: refresh };
  const identity = await requestToken(
    {
      service: workforce ? "Google STS" : "Google OAuth",
      url,
      fields: workforce ? grant : { ...grant, client_id: id, client_secret: secret },
      client: workforce ? { id, secret } : undefined,
      action: `refreshing the login in ${file.path} (${new URL(url).origin})`,
      advice: "log in again: gcloud auth application-default login",
    },
    context,
  );
  return { identity, principal: `the user of OAuth client ${id}` };
}
