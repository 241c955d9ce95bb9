import { CredentialError, type Failure, failureOf } from "@imagecred/protocol";
import { isThrottlingCode } from "./throttling.ts";

/** One call of an AWS API, for messages. */
export interface AwsCall {
  /** "Amazon ECR" */
  readonly service: string;
  /** "GetAuthorizationToken" */
  readonly operation: string;
  readonly region: string;
  /** The identity that signs it, or whose token is exchanged: "role node of the instance profile". */
  readonly principal: string;
  /** Advice if AWS denies it: the missing permission. */
  readonly whenDenied: string;
  /** Advice if AWS does not know the keys, if it differs from the default. */
  readonly whenUnknown?: string;
  /** Advice by error code, for codes of this operation only, or whose default advice does not fit. */
  readonly byCode?: Readonly<Record<string, string>>;
}

/** A response of an AWS API that is not a success. */
export interface AwsRefusal {
  readonly status: number;
  readonly requestId: string | undefined;
  /** The API's code and message; undefined if the response is not in the API's format. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly cause?: unknown;
}

/** The error for a response that is not a success: the API's code and message, with advice by code. */
export function refusedBy({ status, requestId, error, cause }: AwsRefusal, call: AwsCall): CredentialError {
  const failure = failureIn(status, error?.code);
  const said = error === undefined ? "a response that is not the API's" : `${error.code}: ${error.message}`;
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

/** Only a response in the API's format is a refusal by AWS: a proxy can respond with 403 too. */
function failureIn(status: number, code: string | undefined): Failure | undefined {
  const byStatus = failureOf(status);
  if (code === undefined) return byStatus === "refused" ? undefined : byStatus;
  return isThrottlingCode(code) ? "temporary" : byStatus;
}

const UNREADABLE = "check what responds there: a proxy, a firewall, a wrong AWS_ENDPOINT_URL";

/**
 * AWS's message contains the kind of policy that denied (IAM user guide, "Troubleshoot access denied error messages").
 * Adding a permission to the identity helps only if its own policy lacks it.
 */
function deniedAdvice(message: string, { whenDenied }: AwsCall): string {
  const explicit = /with an explicit deny(?: in an? ([a-z -]*?(?:policy|boundary)))?/i.exec(message);
  if (explicit !== null) {
    return `remove that explicit deny${explicit[1] === undefined ? "" : ` in the ${explicit[1]}`}: it overrides every permission`;
  }
  const missingIn = /because no ([a-z -]*?(?:policy|boundary)) allows/i.exec(message)?.[1];
  if (missingIn === undefined || /^identity-based/i.test(missingIn)) return whenDenied;
  return `allow the action in the ${missingIn} too: the identity's own permissions are not enough`;
}

/** AWS's message for a signature with a wrong time (IAM user guide, "Troubleshoot Signature Version 4"). */
const WRONG_TIME = /^Signature (?:expired|not yet current)/i;

/**
 * Advice for an AWS error code. The codes are those of the API references' "Common Errors" and of STS's
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
      return "get new credentials from the same source, and check the node's clock";
    case "InvalidSignature":
    case "SignatureDoesNotMatch":
    case "IncompleteSignature":
      return WRONG_TIME.test(message)
        ? "set the node's clock: it differs from AWS's"
        : "check the secret access key, and that no proxy changes requests";
    case "RequestExpired":
      return "set the node's clock: it differs from AWS's";
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
