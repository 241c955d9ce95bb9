import { textAt } from "@imagecred/protocol";
import { tokenIn } from "../google-response.ts";
import type { TokenRequest } from "../token-request.ts";
import type { Universe } from "../universe.ts";
import { type AccessToken, CLOUD_PLATFORM } from "./access-token.ts";

/** Origin of the IAM Service Account Credentials API in a universe. */
export function iamCredentialsUrl(universe: Universe): string {
  return `https://iamcredentials.${universe.domain}`;
}

/**
 * A service account's token for somebody who may create one, where need be through a chain of delegates
 * (https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken).
 * @throws {CredentialError}
 */
export async function impersonate(
  email: string,
  caller: AccessToken,
  { universe, context }: TokenRequest,
  delegates: readonly string[] = [],
): Promise<AccessToken> {
  const chain = delegates.length === 0 ? {} : { delegates };
  const response = await context.http.cloud({
    service: "IAM Service Account Credentials",
    operation: "generateAccessToken",
    method: "POST",
    url: `${iamCredentialsUrl(universe)}/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}:generateAccessToken`,
    headers: { authorization: `Bearer ${caller.token.reveal()}`, "content-type": "application/json" },
    body: JSON.stringify({ ...chain, scope: [CLOUD_PLATFORM], lifetime: "3600s" }),
  });
  const action = `becoming the service account ${email} (generateAccessToken)`;
  const { token, document } = tokenIn(response, action, "accessToken", adviceFor);
  const ends = Date.parse(textAt(document, "expireTime") ?? "");
  return { token, expiresAt: Number.isNaN(ends) ? "do-not-cache" : ends };
}

function adviceFor(status: number): string {
  if (status === 403) {
    return "grant the pod's principal roles/iam.workloadIdentityUser on the service account, and enable iamcredentials.googleapis.com";
  }
  return status === 404 ? "check the service account's name" : "the kubelet will ask again";
}
