import type { RegistryCredential } from "@imagecred/protocol";
import type { AccessToken } from "./identity/access-token.ts";

/** The user name for an access token in Google's registries (kubernetes/cloud-provider-gcp, pkg/gcpcredential). */
const USERNAME = "_token";

/** Google's registries accept the access token itself as the password. */
export function exchange({ token, expiresAt }: AccessToken): RegistryCredential {
  return { login: { username: USERNAME, password: token }, expiresAt };
}
