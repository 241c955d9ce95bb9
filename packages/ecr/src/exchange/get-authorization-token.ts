import type { AwsCredentials, EndpointSettings } from "@imagecred/identities/aws";
import {
  type ApiRequest,
  type AwsCall,
  actionOf,
  callApi,
  jsonErrorIn,
  refusedBy,
  requestIdIn,
} from "@imagecred/identities/aws/calls";
import {
  asObject,
  type Context,
  CredentialError,
  type Found,
  isToken,
  type JsonObject,
  parseJsonObject,
  type RegistryCredential,
  Secret,
  textAt,
} from "@imagecred/protocol";

/** The operation for registry passwords in ECR and ECR Public (ECR API reference, GetAuthorizationToken). */
const OPERATION = "GetAuthorizationToken";

/** One of the two APIs that have the operation. */
export interface Api {
  /** For messages: "Amazon ECR". */
  readonly service: string;
  readonly region: string;
  readonly url: string;
  readonly endpoint: EndpointSettings;
  /** The service's name in credential scopes: "ecr". */
  readonly signingName: string;
  /** The name before the dot in `X-Amz-Target`. */
  readonly target: string;
  /** The permissions that the caller needs, for advice, as the end of "allow ... the". */
  readonly permissions: string;
  /** See {@link AwsCall}. */
  readonly whenUnknown?: string;
  readonly limits?: ApiRequest["limits"];
}

/**
 * Requests a registry password.
 * @throws {CredentialError} if the request is refused, there is no response, or the response has no login
 */
export async function getAuthorizationToken(
  api: Api,
  { identity: signer, principal }: Found<AwsCredentials>,
  context: Context,
): Promise<RegistryCredential> {
  const { service, region, url, endpoint, signingName, target, permissions, whenUnknown, limits } = api;
  const call: AwsCall = {
    service,
    region,
    operation: OPERATION,
    principal,
    whenDenied: `allow ${principal} the ${permissions}`,
    ...(whenUnknown === undefined ? {} : { whenUnknown }),
  };
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `${target}.${OPERATION}`,
  };
  const request = { url, headers, body: "{}", signingName, signer, endpoint };
  const response = await callApi(limits === undefined ? request : { ...request, limits }, call, context);
  const document = parseJsonObject(response.body);
  if (response.status === 200 && document !== undefined) return loginIn(document, call);
  const { status } = response;
  const error = status >= 300 && status < 400 ? undefined : jsonErrorIn(response, document);
  throw refusedBy({ status, requestId: requestIdIn(response), error }, call);
}

/** The login in a response: `AWS:<password>` in base64, with its expiry (ECR API reference, AuthorizationData). */
function loginIn(document: JsonObject, call: AwsCall): RegistryCredential {
  const data: unknown = document["authorizationData"];
  // ECR returns a list with one object, ECR Public the object itself.
  const authorization = asObject(Array.isArray(data) ? data[0] : data);
  const token = textAt(authorization, "authorizationToken");
  if (token === undefined) throw unusable("no authorizationToken", call);
  const wrapped = new Secret(token);
  const pair = decoded(wrapped);
  const colon = pair.indexOf(":");
  if (colon < 1 || colon === pair.length - 1) {
    throw unusable("an authorizationToken that is not base64 of user:password", call);
  }
  const [username, password] = [pair.slice(0, colon), pair.slice(colon + 1)];
  if (!isToken(username) || !isToken(password)) {
    throw unusable("a password that has characters that it cannot have", call);
  }
  const expiresAt = authorization?.["expiresAt"];
  return {
    login: { username, password: new Secret(password) },
    // Seconds since the epoch, with a fraction. A password without an expiry is usable, but must not be cached.
    expiresAt: typeof expiresAt === "number" ? expiresAt * 1000 : "do-not-cache",
  };
}

function decoded(token: Secret): string {
  try {
    // User and password are ASCII, so `atob`, which is native on both runtimes, is enough.
    return atob(token.reveal());
  } catch {
    return "";
  }
}

function unusable(what: string, call: AwsCall): CredentialError {
  return new CredentialError({
    action: actionOf(call),
    reason: `status 200 with ${what}`,
    advice: "check what responds there: a proxy, a wrong AWS_ENDPOINT_URL",
  });
}
