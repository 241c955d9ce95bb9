import type { AwsCall } from "./call.ts";

/**
 * What to do about an AWS error code. The codes are those of the API references' "Common Errors" and of STS's
 * AssumeRole and AssumeRoleWithWebIdentity; ECR writes some with `Exception` at the end where STS does not.
 */
export function adviceFor(code: string, status: number, call: AwsCall): string {
  switch (code.replace(/Exception$/, "")) {
    case "AccessDenied":
      return call.whenDenied;
    case "UnrecognizedClient":
    case "InvalidClientTokenId":
      return "check the access key: AWS does not know it in this partition, or the account has not enabled the region";
    case "ExpiredToken":
      return "get new credentials from where these come from, and check the node's clock";
    case "InvalidSignature":
    case "SignatureDoesNotMatch":
    case "IncompleteSignature":
      return "check the secret access key, and that no proxy changes requests";
    case "RequestExpired":
      return "check the node's clock";
    case "InvalidIdentityToken":
      return "make the cluster's issuer an IAM OIDC identity provider of the role's account, with the token's audience (sts.amazonaws.com) among its client ids";
    case "IDPRejectedClaim":
      return "check the token's issuer, expiry and audience against the IAM OIDC identity provider";
    case "IDPCommunicationError":
      return "make the cluster's OIDC discovery documents reachable from the internet";
    case "RegionDisabled":
      return `activate STS in ${call.region} for the account, or set AWS_REGION`;
    case "OptInRequired":
      return "enable the region for the account";
    case "Throttling":
    case "ThrottlingException":
    case "TooManyRequests":
    case "RequestLimitExceeded":
      return "AWS throttles this account; the kubelet tries again";
    default:
      return status >= 500
        ? "the service has a problem; the kubelet tries again"
        : "see the request id in CloudTrail";
  }
}
