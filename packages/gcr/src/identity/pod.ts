import type { IdentitySource, Secret } from "@imagecred/protocol";
import { requireAssumedUniverse, type TokenRequest } from "../token-request.ts";
import type { AccessToken } from "./access-token.ts";

/** The pod's own identity; the code for the exchange is loaded only if there is a token. */
export function podSource(token: Secret, request: TokenRequest): IdentitySource<AccessToken> {
  return {
    name: "the pod's service account",
    async find() {
      requireAssumedUniverse(request);
      const { podToken } = await import("./pod-token.ts");
      return await podToken(token, request);
    },
  };
}
