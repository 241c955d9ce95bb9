import { CredentialError, isToken, parseJsonObject, Secret, textAt } from "@imagecred/protocol";

/** Keys that sign requests to AWS. Every source of an identity results in these. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** For temporary credentials only. */
  readonly sessionToken: Secret | undefined;
}

/**
 * Parses the credential document of container endpoints, the instance metadata service and `credential_process`
 * (AWS SDKs and Tools reference guide, "Process credential provider", "Container credential provider").
 * @param from completes "reading the credentials from ..."
 * @throws {CredentialError} if it is not such a document; the message never quotes the document
 */
export function parseCredentialDocument(body: Uint8Array, from: string): AwsCredentials {
  const document = parseJsonObject(body);
  if (document === undefined) throw unusable(from, "the response is not a JSON object");
  const accessKeyId = textAt(document, "AccessKeyId");
  const secretAccessKey = textAt(document, "SecretAccessKey");
  const sessionToken = textAt(document, "Token") ?? textAt(document, "SessionToken");
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw unusable(from, "the response has no AccessKeyId and SecretAccessKey");
  }
  return credentialsOf({ accessKeyId, secretAccessKey, sessionToken }, from);
}

/** Keys that are not checked yet. */
export interface FoundKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

/**
 * Checks keys, which become part of request headers.
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
        `the ${what} has characters that it cannot have`,
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

function unusable(from: string, reason: string, advice = "check what responds there"): CredentialError {
  return new CredentialError({ action: `reading the credentials from ${from}`, reason, advice });
}
