import type { IdentityChoice } from "@imagecred/protocol";
import type { AccessToken } from "./identity/access-token.ts";
import { NODE_ADVICE, nodeSources } from "./identity/node.ts";
import { podSource } from "./identity/pod.ts";
import type { TokenRequest } from "./token-request.ts";

/** The Google identities for a request, as access tokens of its universe. */
export function identities(
  request: TokenRequest,
): Pick<IdentityChoice<AccessToken>, "pod" | "node" | "advice"> {
  return {
    pod: (token) => podSource(token, request),
    node: () => nodeSources(request),
    advice: {
      pod: "set --workload-identity-provider, or --identity-provider and --project-id on GKE, and annotate the service account",
      node: NODE_ADVICE,
    },
  };
}
