import { CredentialError, type Failure, failureOf, messageOf } from "@imagecred/protocol";
import { isThrottlingCode } from "./request-handler.ts";

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
}

/** What the SDK's exceptions have, and what its deserializer adds to errors over unreadable answers. */
interface SdkError extends Error {
  readonly $fault?: "client" | "server";
  readonly $metadata: {
    readonly httpStatusCode: number;
    readonly requestId?: string;
    readonly clockSkewCorrected?: boolean;
  };
}

/**
 * Sends through an SDK client, and says in our own words what went wrong. When AWS refuses the signature's time, the SDK
 * has noted the clock's error by then, and the second try is signed with AWS's time.
 * @param call may be known later than the sending starts, but must be by the time of an answer
 * @throws {CredentialError}
 */
export async function callAws<T>(send: () => Promise<T>, call: AwsCall | Promise<AwsCall>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!isAnswer(error)) throw error;
    if (error.$metadata.clockSkewCorrected !== true) throw explained(error, await call);
  }
  try {
    return await send();
  } catch (error) {
    throw isAnswer(error) ? explained(error, await call) : error;
  }
}

/** Errors that did not come out of an answer (our own, a defect's) stay as they are. */
function isAnswer(error: unknown): error is SdkError {
  if (!(error instanceof Error) || error instanceof CredentialError || !("$metadata" in error)) return false;
  return typeof (error as SdkError).$metadata?.httpStatusCode === "number";
}

function explained(error: SdkError, call: AwsCall): CredentialError {
  const { httpStatusCode: status, requestId } = error.$metadata;
  const modeled = error.$fault !== undefined;
  const failure = failureIn(error);
  const said = modeled ? `${error.name}: ${messageOf(error)}` : "an answer that is not the API's";
  return new CredentialError({
    action: `asking ${call.service} in ${call.region} (${call.operation}) as ${call.principal}`,
    reason: `status ${status}, ${said}${requestId === undefined ? "" : ` (request id ${requestId})`}`,
    advice: modeled ? adviceFor(error.name, error.message, status, call) : UNREADABLE,
    ...(failure === undefined ? {} : { failure }),
    cause: error,
  });
}

/** A refusal is AWS's only in the format of its APIs: proxies answer with 403 too. */
function failureIn({ name, $fault, $metadata }: SdkError): Failure | undefined {
  const byStatus = failureOf($metadata.httpStatusCode);
  if ($fault === undefined) return byStatus === "refused" ? undefined : byStatus;
  return isThrottlingCode(name) ? "temporary" : byStatus;
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

/**
 * What to do about an AWS error code. The codes are those of the API references' "Common Errors" and of STS's
 * AssumeRole and AssumeRoleWithWebIdentity; ECR writes some with `Exception` at the end where STS does not.
 */
function adviceFor(code: string, message: string, status: number, call: AwsCall): string {
  switch (code.replace(/Exception$/, "")) {
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
