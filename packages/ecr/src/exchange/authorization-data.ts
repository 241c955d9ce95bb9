import type { AwsCredentials } from "@imagecred/identities/aws";
import type { AwsCall } from "@imagecred/identities/aws/calls";
import { CredentialError, type Found, isToken, type RegistryCredential, Secret } from "@imagecred/protocol";

/** The operation that gives registry passwords, of ECR and of ECR Public. */
export const OPERATION = "GetAuthorizationToken";

/**
 * The call as messages name it, once it is known who makes it.
 * @param words `permissions`: what the caller needs, as the end of "allow ... the"
 */
export function callBy(
  found: Promise<Found<AwsCredentials>>,
  words: Pick<AwsCall, "service" | "region" | "whenUnknown"> & { readonly permissions: string },
): Promise<AwsCall> {
  const { permissions, ...rest } = words;
  const call = found.then(({ principal }) => ({
    ...rest,
    operation: OPERATION,
    principal,
    whenDenied: `allow ${principal} the ${permissions}`,
  }));
  // `send` awaits the same identity in order to sign and reports the error; this handler only prevents an unhandled rejection.
  call.catch(() => {});
  return call;
}

/**
 * Reads the login in the response of GetAuthorizationToken: `AWS:<password>` in base64 (ECR API reference,
 * AuthorizationData).
 * @throws {CredentialError} for a success without a login: answered with 200, but of no use
 */
export function readAuthorizationData(
  data:
    | { readonly authorizationToken?: string | undefined; readonly expiresAt?: Date | undefined }
    | undefined,
  call: AwsCall,
): RegistryCredential {
  const token = data?.authorizationToken;
  if (token === undefined) throw unusable("no authorizationToken", call);
  const wrapped = new Secret(token);
  const pair = decoded(wrapped);
  const expiresAt = data?.expiresAt?.getTime();
  const colon = pair.indexOf(":");
  if (colon < 1 || colon === pair.length - 1) {
    throw unusable("an authorizationToken that is not base64 of user:password", call);
  }
  const [username, password] = [pair.slice(0, colon), pair.slice(colon + 1)];
  if (!isToken(username) || !isToken(password)) {
    throw unusable("a password that has characters that none can have", call);
  }
  return {
    login: { username, password: new Secret(password) },
    // A password is a password without its expiry too: the kubelet only must not cache it.
    expiresAt: expiresAt === undefined || Number.isNaN(expiresAt) ? "do-not-cache" : expiresAt,
  };
}

function decoded(token: Secret): string {
  try {
    // Bytes above 127 do not occur: user and password are base64 themselves, and both runtimes have this natively.
    return atob(token.reveal());
  } catch {
    return "";
  }
}

function unusable(what: string, { service, region, operation, principal }: AwsCall): CredentialError {
  return new CredentialError({
    action: `asking ${service} in ${region} (${operation}) as ${principal}`,
    reason: `status 200 with ${what}`,
    advice: "check what answers there: a proxy, a wrong AWS_ENDPOINT_URL",
  });
}
