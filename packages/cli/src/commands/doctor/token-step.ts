import type { CredentialProvider } from "@imagecred/kubelet";
import { formatLifetime } from "../../output/duration.ts";
import type { Claims } from "../../session/claims.ts";
import type { Session } from "../../session/session.ts";
import { type Detail, detail, type Step, step } from "./steps.ts";

/** The claims of a token that are safe to show. */
export function claimDetails(claims: Claims, now: number): readonly Detail[] {
  const details: Detail[] = [];
  if (claims.issuer !== undefined) details.push(detail(`issuer ${claims.issuer}`));
  if (claims.subject !== undefined) details.push(detail(`subject ${claims.subject}`));
  if (claims.audiences.length > 0) details.push(detail(`audience ${claims.audiences.join(", ")}`));
  if (claims.tenant !== undefined) details.push(detail(`tenant ${claims.tenant}`));
  if (claims.expiresAt !== undefined) {
    const seconds = (claims.expiresAt - now) / 1000;
    details.push(
      seconds > 0
        ? detail(`expires in ${formatLifetime(seconds)}`)
        : detail(`expired ${formatLifetime(-seconds)} ago`, "failed"),
    );
  }
  return details;
}

/** Compares the pod's token with what the matching providers require; undefined if no provider uses tokens. */
export function tokenStep(
  session: Session,
  matching: readonly CredentialProvider[],
  now: number,
): Step | undefined {
  const asking = matching.filter(({ tokenAttributes }) => tokenAttributes !== null);
  if (asking.length === 0) return undefined;
  const wanted = [
    ...new Set(asking.map(({ tokenAttributes }) => tokenAttributes?.serviceAccountTokenAudience ?? "")),
  ];
  const { podIdentity } = session;
  if (podIdentity === undefined) {
    const refused = asking.filter(({ tokenAttributes }) => tokenAttributes?.requireServiceAccount === true);
    return step("pod token", {
      status: refused.length > 0 ? "failed" : "warning",
      message:
        refused.length > 0
          ? `${refused.map(({ name }) => name).join(", ")}: only for pods with a service account, and no token was given`
          : "none given, as for a static pod; for other pods the kubelet sends a token",
      fix: `to run it as a pod: kubectl create token SERVICE_ACCOUNT --audience ${wanted[0]} > token, then --token-file token`,
    });
  }
  const { claims, pod } = podIdentity;
  const details = claimDetails(claims, now);
  const missing = wanted.filter((audience) => !claims.audiences.includes(audience));
  const expired = claims.expiresAt !== undefined && claims.expiresAt <= now;
  const message = `${pod.namespace}/${pod.serviceAccountName}`;
  if (missing.length > 0) {
    return step("pod token", {
      status: "failed",
      message: `${message}: the token is for audience ${claims.audiences.join(", ") || "(none)"}, but the kubelet requests ${missing.join(", ")}`,
      details,
      fix: `kubectl create token ${pod.serviceAccountName} --namespace ${pod.namespace} --audience ${missing[0]}`,
    });
  }
  if (expired)
    return step("pod token", {
      status: "failed",
      message: `${message}: the token has expired`,
      details,
      fix: "create a new token with kubectl create token",
    });
  return step("pod token", { message, details });
}
