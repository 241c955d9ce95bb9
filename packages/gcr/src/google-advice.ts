/**
 * Advice for an error of one of Google's services, by its cause and not by the call.
 * https://cloud.google.com/apis/design/errors (ErrorInfo), RFC 6749 section 5.2 (OAuth).
 */
import { type TransportResponse, textAt } from "@imagecred/protocol";
import { errorInfo, oauthError } from "./google-error.ts";

const TEMPORARY = "nothing to do: the kubelet tries again";

/** `google.rpc.ErrorInfo.reason` (googleapis, google/api/error_reason.proto; IAM's own reasons). */
const BY_REASON: Readonly<Record<string, (metadata: unknown) => string>> = {
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: () =>
    "the identity's access scopes do not allow it: give the instance or node pool the scope https://www.googleapis.com/auth/cloud-platform",
  SERVICE_DISABLED: (metadata) => {
    const service = textAt(metadata, "service") ?? "iamcredentials.googleapis.com";
    const project = textAt(metadata, "consumer")?.replace(/^projects\//, "");
    return `run: gcloud services enable ${service}${project === undefined ? "" : ` --project=${project}`}`;
  },
  IAM_PERMISSION_DENIED: (metadata) => {
    const permission = textAt(metadata, "permission") ?? "iam.serviceAccounts.getAccessToken";
    const role =
      permission === "iam.serviceAccounts.getAccessToken"
        ? " (in roles/iam.workloadIdentityUser and roles/iam.serviceAccountTokenCreator)"
        : "";
    return `grant the identity the permission ${permission}${role} on the service account`;
  },
  ACCOUNT_STATE_INVALID: () => "the service account is disabled: enable it, or use another one",
  ACCESS_TOKEN_EXPIRED: () => "check the node's clock",
  USER_PROJECT_DENIED: () =>
    "grant the identity roles/serviceusage.serviceUsageConsumer on the quota project",
  SECURITY_POLICY_VIOLATED: () =>
    "a VPC Service Controls perimeter forbids it: add an access level or an ingress rule",
  CONSUMER_SUSPENDED: () => "the project is suspended: see its billing and its notices",
  BILLING_DISABLED: () => "enable billing for the project",
};

/** Advice by the code of the OAuth and STS endpoints, and by their description. */
const BY_OAUTH: readonly (readonly [code: string, description: RegExp, advice: string])[] = [
  ["invalid_grant", /reasonable timeframe|iat and exp|stale/i, "check the node's clock"],
  ["invalid_grant", /signature/i, "the key was deleted or belongs to another account: create a new key file"],
  ["invalid_grant", /account not found/i, "the service account was deleted: use the key of another one"],
  ["invalid_grant", /expired or revoked/i, "log in again: gcloud auth application-default login"],
  ["invalid_target", /./, "the pool or its provider does not exist or is disabled: check the audience"],
  ["unauthorized_client", /./, "check the pool's provider and its attribute conditions"],
  [
    "invalid_client",
    /./,
    "the OAuth client was deleted or its secret was replaced: create a new credential file",
  ],
];

/**
 * Advice for a response that is not a success.
 * @param defaultAdvice for a response without a known cause
 */
export function adviceOf(response: TransportResponse, defaultAdvice: string): string {
  const { status } = response;
  if (status === 429 || status >= 500) return TEMPORARY;
  const info = errorInfo(response);
  const byReason =
    info !== undefined && Object.hasOwn(BY_REASON, info.reason)
      ? BY_REASON[info.reason]?.(info.metadata)
      : undefined;
  if (byReason !== undefined) return byReason;
  const { code, description = "" } = oauthError(response) ?? {};
  return (
    BY_OAUTH.find(([known, pattern]) => known === code && pattern.test(description || "."))?.[2] ??
    defaultAdvice
  );
}
