import { type Context, CredentialError, receivedToken, type Secret } from "@imagecred/protocol";
import { callApi } from "./api-call.ts";
import { type AwsCredentials, credentialsOf } from "./credentials.ts";
import { requestIdIn } from "./json-protocol.ts";
import { elementText, errorIn } from "./query-protocol.ts";
import { type AwsCall, actionOf, refusedBy } from "./refusal.ts";
import { type StsSettings, stsUrlForRole } from "./sts-endpoint.ts";

/**
 * Calls of AWS Security Token Service (https://docs.aws.amazon.com/STS/latest/APIReference/). Loaded only for a call.
 */

const SERVICE = "AWS STS";
const VERSION = "2011-06-15";

/** A role to assume. */
export interface RoleSession {
  readonly roleArn: string;
  readonly sessionName: string;
}

/** A role to assume with an OIDC token. */
export interface WebIdentity extends RoleSession {
  readonly token: Secret;
  /** For messages: "the pod's service account token". */
  readonly tokenName: string;
  /** Replaces the advice for pods' tokens, see {@link AwsCall}. */
  readonly advice?: Pick<AwsCall, "whenDenied" | "byCode">;
}

/** A role to assume with AWS credentials. */
export interface ChainedRole extends RoleSession {
  readonly credentials: AwsCredentials;
  /** The identity of the credentials, for messages. */
  readonly principal: string;
  readonly externalId?: string | undefined;
  /** 900 to 43200; default an hour. */
  readonly durationSeconds?: number | undefined;
  /** Replaces the settings' region. */
  readonly region?: string | undefined;
}

/** Exchanges an OIDC token for a role's credentials. The call is not signed. @throws {CredentialError} */
export async function assumeRoleWithWebIdentity(
  { roleArn, sessionName, token, tokenName, advice }: WebIdentity,
  settings: StsSettings,
  context: Context,
): Promise<AwsCredentials> {
  const call: AwsCall = {
    service: SERVICE,
    operation: "AssumeRoleWithWebIdentity",
    region: settings.regionFor(roleArn),
    principal: `${roleArn} with ${tokenName}`,
    whenDenied:
      "check the role's trust policy: sts:AssumeRoleWithWebIdentity for the OIDC provider, with conditions on aud and sub that fit the token",
    ...advice,
  };
  const parameters = {
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    WebIdentityToken: token.reveal(),
  };
  return credentialsIn(
    await ask(parameters, call, { arn: roleArn, signer: undefined }, settings.endpoint, context),
    call,
  );
}

/** Assumes a role with another identity's credentials. @throws {CredentialError} */
export async function assumeRole(
  role: ChainedRole,
  settings: StsSettings,
  context: Context,
): Promise<AwsCredentials> {
  const { roleArn, principal, externalId, durationSeconds } = role;
  const call: AwsCall = {
    service: SERVICE,
    operation: "AssumeRole",
    region: role.region ?? settings.regionFor(roleArn),
    principal,
    whenDenied: `allow ${principal} the action sts:AssumeRole on ${roleArn}, and name it in that role's trust policy`,
  };
  const parameters = {
    RoleArn: roleArn,
    RoleSessionName: role.sessionName,
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
    ...(durationSeconds === undefined ? {} : { DurationSeconds: String(durationSeconds) }),
  };
  const caller = { arn: roleArn, signer: role.credentials };
  return credentialsIn(await ask(parameters, call, caller, settings.endpoint, context), call);
}

/** A token for a service outside AWS. */
export interface OutboundToken {
  readonly credentials: AwsCredentials;
  /** The identity of the credentials, for messages. */
  readonly principal: string;
  readonly audience: string;
  readonly region: string;
}

/** A short lifetime that leaves time for a retry: the token is used once, immediately. */
const TOKEN_SECONDS = 300;

/**
 * A JWT with the identity that signed the request, for services outside AWS (GetWebIdentityToken). All of them support
 * RS256.
 * @throws {CredentialError}
 */
export async function webIdentityToken(
  { credentials, principal, audience, region }: OutboundToken,
  endpoint: StsSettings["endpoint"],
  context: Context,
): Promise<Secret> {
  const call: AwsCall = {
    service: SERVICE,
    operation: "GetWebIdentityToken",
    region,
    principal,
    whenDenied: `allow ${principal} the action sts:GetWebIdentityToken, under conditions that fit: sts:IdentityTokenAudience ${audience}, sts:DurationSeconds ${TOKEN_SECONDS}, sts:SigningAlgorithm RS256`,
    byCode: {
      OutboundWebIdentityFederationDisabled:
        "run in the node's account: aws iam enable-outbound-web-identity-federation",
      InvalidAction: "this partition of AWS issues no tokens for other clouds",
    },
  };
  const parameters = {
    "Audience.member.1": audience,
    SigningAlgorithm: "RS256",
    DurationSeconds: String(TOKEN_SECONDS),
  };
  const caller = { arn: "", signer: credentials };
  const token = elementText(await ask(parameters, call, caller, endpoint, context), "WebIdentityToken");
  if (token) return receivedToken(token, actionOf(call), "WebIdentityToken");
  throw without("a token", call);
}

interface Caller {
  /** An ARN of the partition whose STS is called; may be empty. */
  readonly arn: string;
  /** Undefined for calls that are not signed. */
  readonly signer: AwsCredentials | undefined;
}

/** The response's XML. @throws {CredentialError} */
async function ask(
  parameters: Readonly<Record<string, string>>,
  call: AwsCall,
  { arn, signer }: Caller,
  endpoint: StsSettings["endpoint"],
  context: Context,
): Promise<string> {
  const request = {
    url: stsUrlForRole(call.region, arn, endpoint),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ Action: call.operation, Version: VERSION, ...parameters }).toString(),
    signingName: "sts",
    signer,
    endpoint,
  };
  const response = await callApi(request, call, context);
  const text = new TextDecoder().decode(response.body);
  if (response.status === 200) return text;
  const requestId = requestIdIn(response) ?? elementText(text, "RequestId");
  throw refusedBy({ status: response.status, requestId, error: errorIn(text) }, call);
}

function credentialsIn(xml: string, call: AwsCall): AwsCredentials {
  const [id, key, session] = ["AccessKeyId", "SecretAccessKey", "SessionToken"].map((name) =>
    elementText(xml, name)?.trim(),
  );
  if (id && key && session) {
    const keys = { accessKeyId: id, secretAccessKey: key, sessionToken: session };
    return credentialsOf(keys, "AWS STS");
  }
  throw without("credentials", call);
}

function without(what: string, call: AwsCall): CredentialError {
  return new CredentialError({
    action: actionOf(call),
    reason: `status 200 without ${what}`,
    advice: "check what responds there: a proxy, a wrong AWS_ENDPOINT_URL",
  });
}
