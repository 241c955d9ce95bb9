import { CredentialError, messageOf } from "@imagecred/protocol";
import { adviceFor } from "./advice.ts";

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
  const said = modeled ? `${error.name}: ${messageOf(error)}` : "an answer that is not the API's";
  return new CredentialError({
    action: `asking ${call.service} in ${call.region} (${call.operation}) as ${call.principal}`,
    reason: `status ${status}, ${said}${requestId === undefined ? "" : ` (request id ${requestId})`}`,
    advice: modeled ? adviceFor(error.name, status, call) : UNREADABLE,
    cause: error,
  });
}

const UNREADABLE = "check what answers there: a proxy, a firewall, a wrong AWS_ENDPOINT_URL";
