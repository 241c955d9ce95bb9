import { textAt } from "@imagecred/protocol";
import { tokenIn } from "../google-response.ts";
import type { TokenRequest } from "../token-request.ts";
import { type AccessToken, CLOUD_PLATFORM } from "./access-token.ts";

/** A service account to impersonate. */
export interface Impersonation {
  /** URL of the account's `generateAccessToken` method. */
  readonly url: string;
  readonly email: string;
  readonly delegates?: readonly string[];
  /** Lifetime of the token; Google's limit is 3600 unless the organization allows more. */
  readonly seconds?: number;
}

/** Origin of the IAM Service Account Credentials API. */
export function iamCredentialsUrl({ universe, options }: TokenRequest): string {
  return options.endpoints.iamCredentials ?? `https://iamcredentials.${universe.domain}`;
}

/** Path of the method that creates a service account's access token. */
export function generateAccessToken(email: string): string {
  return `/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}:generateAccessToken`;
}

/**
 * Gets a service account's token for a caller that may create one, optionally through a chain of delegates
 * (https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken).
 * @throws {CredentialError}
 */
export async function impersonate(
  { url, email, delegates = [], seconds = 3600 }: Impersonation,
  caller: AccessToken,
  { context }: TokenRequest,
): Promise<AccessToken> {
  const chain = delegates.length === 0 ? {} : { delegates };
  const response = await context.http.cloud({
    service: "IAM Service Account Credentials",
    operation: "generateAccessToken",
    method: "POST",
    url,
    headers: { authorization: `Bearer ${caller.token.reveal()}`, "content-type": "application/json" },
    body: JSON.stringify({ ...chain, scope: [CLOUD_PLATFORM], lifetime: `${seconds}s` }),
  });
  const action = `impersonating the service account ${email} (generateAccessToken)`;
  const { token, document } = await tokenIn(response, action, "accessToken", adviceFor);
  const expiresAt = Date.parse(textAt(document, "expireTime") ?? "");
  return { token, expiresAt: Number.isNaN(expiresAt) ? "do-not-cache" : expiresAt };
}

function adviceFor(status: number): string {
  return status === 404
    ? "check the service account's name: the account does not exist"
    : "grant the caller roles/iam.workloadIdentityUser (a pod) or roles/iam.serviceAccountTokenCreator on the service account";
}
