import type { RegistryCredential } from "@imagecred/protocol";
import type { AccessToken } from "./identity/access-token.ts";

/** The user name under which Google's registries accept an access token (kubernetes/cloud-provider-gcp, pkg/gcpcredential). */
const USERNAME = "_token";

/** Google's registries accept the access token itself as a password. */
export function exchange({ token, expiresAt }: AccessToken): RegistryCredential {
  return { login: { username: USERNAME, password: token }, expiresAt };
}
