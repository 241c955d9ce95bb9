import type { Answer, CredentialProviderRequest } from "@imagecred/protocol";
import type { Identity } from "./identity.ts";
import { mirrorsOf } from "./mirrors.ts";
import type { GcrOptions } from "./options.ts";
import { nodeKeys } from "./registry.ts";
import type { Universe } from "./universe.ts";

/** The user name under which Google's registries take an access token (kubernetes/cloud-provider-gcp, pkg/gcpcredential). */
const USERNAME = "_token";

/**
 * An access token as a registry credential. The node's serves every image: `Global`, under a key for every host that this
 * provider accepts, since the kubelet then asks for none of them again. A pod's is answered for its image's host alone.
 */
export function exchange(
  identity: Identity,
  universe: Universe,
  request: CredentialProviderRequest,
  options: GcrOptions,
): Answer {
  const entry = { username: USERNAME, password: identity.token };
  const { expiresAt } = identity;
  if (identity.of === "pod") {
    return { cacheKeyType: "Registry", auth: { [request.image.registry]: entry }, expiresAt };
  }
  const mirrors = mirrorsOf(universe, options.mirrors, options.universe);
  const keys = [...nodeKeys(universe), ...mirrors.map(({ mirror }) => mirror)];
  return { cacheKeyType: "Global", auth: Object.fromEntries(keys.map((key) => [key, entry])), expiresAt };
}
