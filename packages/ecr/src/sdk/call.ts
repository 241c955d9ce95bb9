import { type AwsCall, refusedBy } from "@imagecred/identities/aws/calls";
import { CredentialError, messageOf } from "@imagecred/protocol";

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
  // "Unknown" is the SDK's word for a response without a code: a redirect, a page of a proxy in JSON.
  const modeled = error.$fault !== undefined && error.name !== "Unknown";
  const said = modeled ? { code: error.name, message: messageOf(error) } : undefined;
  return refusedBy({ status, requestId, error: said, cause: error }, call);
}
