import type { Secret } from "@imagecred/protocol";
import { tokenIn } from "../google-response.ts";
import type { TokenRequest } from "../token-request.ts";
import { type AccessToken, CLOUD_PLATFORM, expiryOf } from "./access-token.ts";
import type { IdentityPool } from "./workload-identity.ts";

/**
 * Exchanges a pod's token at Google STS for a federated access token (RFC 8693;
 * https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token).
 * @throws {CredentialError}
 */
export async function exchangePodToken(
  podToken: Secret,
  pool: IdentityPool,
  { universe, context }: TokenRequest,
): Promise<AccessToken> {
  const response = await context.http.cloud({
    service: "Google STS",
    operation: "token",
    method: "POST",
    url: `https://sts.${universe.domain}/v1/token`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      audience: pool.audience,
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      scope: CLOUD_PLATFORM,
      subject_token: podToken.reveal(),
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    }).toString(),
  });
  const action = `exchanging the pod's token at Google STS (${pool.audience})`;
  const { token, document } = tokenIn(response, action, "access_token", (status) => adviceFor(status, pool));
  return { token, expiresAt: expiryOf(document, context.clock.now()) };
}

function adviceFor(status: number, pool: IdentityPool): string {
  if (status === 429 || status >= 500)
    return "Google STS will answer again shortly; the kubelet will ask again";
  const audience =
    pool.kind === "gke"
      ? "the project's pool, PROJECT.svc.id.goog"
      : "one that the provider allows (by default https://iam.googleapis.com/ and its resource name)";
  return `check the issuer and the pool, and that serviceAccountTokenAudience in the CredentialProviderConfig is ${audience}`;
}
