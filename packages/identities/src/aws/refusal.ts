import { CredentialError, type Failure, failureOf } from "@imagecred/protocol";
import { isThrottlingCode } from "./throttling.ts";

/** One call of an AWS API, as messages name it. */
export interface AwsCall {
  /** "Amazon ECR" */
  readonly service: string;
  /** "GetAuthorizationToken" */
  readonly operation: string;
  readonly region: string;
  /** Whose keys sign it, or whose token is exchanged: "role node of the instance profile". */
  readonly principal: string;
  /** What to do when AWS denies it: the permission that is missing. */
  readonly whenDenied: string;
  /** What to do when AWS does not know the keys, where that has another reason than usual. */
  readonly whenUnknown?: string;
  /** What to do about error codes of this operation alone, or whose usual advice does not fit it. */
  readonly byCode?: Readonly<Record<string, string>>;
}

/** A response of an AWS API that is not a success. */
export interface AwsRefusal {
  readonly status: number;
  readonly requestId: string | undefined;
  /** The API's code and message; undefined where the response is not in the API's format. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly cause?: unknown;
}

/** The error for a response that is not a success: the API's own words, and what to do about its code. */
export function refusedBy({ status, requestId, error, cause }: AwsRefusal, call: AwsCall): CredentialError {
  const failure = failureIn(status, error?.code);
  const said = error === undefined ? "an answer that is not the API's" : `${error.code}: ${error.message}`;
  return new CredentialError({
    action: actionOf(call),
    reason: `status ${status}, ${said}${requestId === undefined ? "" : ` (request id ${requestId})`}`,
    advice: error === undefined ? UNREADABLE : adviceFor(error.code, error.message, status, call),
    ...(failure === undefined ? {} : { failure }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** "asking AWS STS in us-east-1 (AssumeRole) as ..." */
export function actionOf({ service, region, operation, principal }: AwsCall): string {
  return `asking ${service} in ${region} (${operation}) as ${principal}`;
}

/** A refusal is AWS's only in the format of its APIs: proxies answer with 403 too. */
function failureIn(status: number, code: string | undefined): Failure | undefined {
  const byStatus = failureOf(status);
  if (code === undefined) return byStatus === "refused" ? undefined : byStatus;
  return isThrottlingCode(code) ? "temporary" : byStatus;
}

const UNREADABLE = "check what answers there: a proxy, a firewall, a wrong AWS_ENDPOINT_URL";

/**
 * AWS says which kind of policy denied (IAM user guide, "Troubleshoot access denied error messages"). Adding a permission
 * to the identity helps only where its own policy is the one that lacks it.
 */
function deniedAdvice(message: string, { whenDenied }: AwsCall): string {
  const explicit = /with an explicit deny(?: in an? ([a-z -]*?(?:policy|boundary)))?/i.exec(message);
  if (explicit !== null) {
    return `remove that explicit deny${explicit[1] === undefined ? "" : ` in the ${explicit[1]}`}: no permission outweighs it`;
  }
  const silent = /because no ([a-z -]*?(?:policy|boundary)) allows/i.exec(message)?.[1];
  if (silent === undefined || /^identity-based/i.test(silent)) return whenDenied;
  return `allow the action in the ${silent} too: the identity's own permissions are not enough`;
}

/** What AWS says of a signature whose time is not its own (IAM user guide, "Troubleshoot Signature Version 4"). */
const OF_THE_CLOCK = /^Signature (?:expired|not yet current)/i;

/**
 * What to do about an AWS error code. The codes are those of the API references' "Common Errors" and of STS's
 * AssumeRole and AssumeRoleWithWebIdentity; ECR writes some with `Exception` at the end where STS does not.
 */
function adviceFor(code: string, message: string, status: number, call: AwsCall): string {
  const name = code.replace(/Exception$/, "");
  const ofCall = Object.hasOwn(call.byCode ?? {}, name) ? call.byCode?.[name] : undefined;
  if (ofCall !== undefined) return ofCall;
  switch (name) {
    case "AccessDenied":
      return deniedAdvice(message, call);
    case "UnrecognizedClient":
    case "InvalidClientTokenId":
      return (
        call.whenUnknown ??
        "check the access key: AWS does not know it in this partition, or the account has not enabled the region"
      );
    case "ExpiredToken":
      return "get new credentials from where these come from, and check the node's clock";
    case "InvalidSignature":
    case "SignatureDoesNotMatch":
    case "IncompleteSignature":
      return OF_THE_CLOCK.test(message)
        ? "set the node's clock: AWS's is another"
        : "check the secret access key, and that no proxy changes requests";
    case "RequestExpired":
      return "set the node's clock: AWS's is another";
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
    case "TooManyRequests":
    case "RequestLimitExceeded":
      return "AWS throttles this account; the kubelet tries again";
    default:
      return status >= 500
        ? "the service has a problem; the kubelet tries again"
        : "see the request id in CloudTrail";
  }
}
