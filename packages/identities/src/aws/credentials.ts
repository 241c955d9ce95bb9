import { CredentialError, isToken, parseJsonObject, Secret, textAt } from "@imagecred/protocol";

/** Keys that sign requests to AWS: what every identity ends up as. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Of temporary credentials only. */
  readonly sessionToken: Secret | undefined;
}

/**
 * Reads the JSON in which container endpoints, the instance metadata service and `credential_process` give credentials
 * (AWS SDKs and Tools reference guide, "Process credential provider", "Container credential provider").
 * @param from completes "reading the credentials from ..."
 * @throws {CredentialError} when it is not such a document; the document itself is never quoted
 */
export function parseCredentialDocument(body: Uint8Array, from: string): AwsCredentials {
  const document = parseJsonObject(body);
  if (document === undefined) throw unusable(from, "the answer is not a JSON object");
  const accessKeyId = textAt(document, "AccessKeyId");
  const secretAccessKey = textAt(document, "SecretAccessKey");
  const sessionToken = textAt(document, "Token") ?? textAt(document, "SessionToken");
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw unusable(from, "the answer has no AccessKeyId and SecretAccessKey");
  }
  return credentialsOf({ accessKeyId, secretAccessKey, sessionToken }, from);
}

/** Keys as they were found. */
export interface FoundKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

/**
 * Keys that can sign. They end up in headers of requests, so they are checked where they come in.
 * @param from completes "reading the credentials from ..."
 * @throws {CredentialError} for text with spaces, control characters or anything else that is not visible ASCII
 */
export function credentialsOf(keys: FoundKeys, from: string): AwsCredentials {
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  for (const [what, text = "-"] of [
    ["access key id", accessKeyId],
    ["secret access key", secretAccessKey],
    ["session token", sessionToken],
  ] as const) {
    if (!isToken(text)) {
      throw unusable(
        from,
        `the ${what} has characters that none can have`,
        "look for spaces, line breaks and quotes in it",
      );
    }
  }
  return {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: sessionToken === undefined ? undefined : new Secret(sessionToken),
  };
}

function unusable(from: string, reason: string, advice = "check what answers there"): CredentialError {
  return new CredentialError({ action: `reading the credentials from ${from}`, reason, advice });
}
