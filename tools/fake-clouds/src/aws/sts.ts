import { type Clock, isoSeconds } from "../core/clock.ts";
import { formOf, type Received, type Reply } from "../core/exchange.ts";
import type { Issuers } from "../core/issuers.ts";
import type { TlsService } from "../core/service.ts";
import { type AwsError, escapeXml, notAuthorized, stsError, stsReply } from "./errors.ts";
import { type Iam, mayDo, type Principal, type Role, type SessionKey } from "./iam.ts";
import type { OutboundFederation } from "./outbound.ts";
import { parseEndpoint } from "./partitions.ts";
import { allows } from "./policy.ts";
import { tagsOf, validation } from "./query.ts";
import type { SignatureCheck, SignatureProblem } from "./sigv4.ts";
import { checkWebIdentity } from "./web-identity.ts";
import { webIdentityToken } from "./web-identity-token.ts";

export interface StsParts {
  readonly iam: Iam;
  readonly signatures: SignatureCheck;
  readonly issuers: Issuers;
  readonly outbound: OutboundFederation;
  readonly clock: Clock;
}

/** AWS Security Token Service (https://docs.aws.amazon.com/STS/latest/APIReference/). */
export function stsService(parts: StsParts): TlsService {
  return {
    name: "aws.sts",
    about: "AWS STS",
    example: "sts.us-west-2.amazonaws.com",
    hosts: (host) => parseEndpoint(host)?.api === "sts",
    operation: (request) => parametersOf(request).get("Action") ?? "Unknown",
    handle: (request) => answer(parts, request),
  };
}

function parametersOf(request: Received): URLSearchParams {
  // A POST can also have its parameters in the query, as in requests that Google's pools forward.
  return request.method === "GET" ? request.query : (formOf(request) ?? request.query);
}

async function answer(parts: StsParts, request: Received): Promise<Reply> {
  const parameters = parametersOf(request);
  const action = parameters.get("Action");
  if (request.path !== "/" || parameters.get("Version") !== "2011-06-15")
    return stsError(invalidAction(action, parameters));
  if (action === "AssumeRoleWithWebIdentity") return await assumeWithWebIdentity(parts, request, parameters);
  if (action !== "AssumeRole" && action !== "GetCallerIdentity" && action !== "GetWebIdentityToken")
    return stsError(invalidAction(action, parameters));
  const principal = callerOf(parts, request);
  if ("reason" in principal) return stsError(signatureError(principal));
  if (action === "GetWebIdentityToken")
    return await webIdentityToken(parts.outbound, request.host, parameters, principal);
  return action === "AssumeRole" ? assumeRole(parts, parameters, principal) : callerIdentity(principal);
}

/** The principal that signed a request to STS, or the reason why the signature is invalid. */
function callerOf({ signatures }: StsParts, request: Received): Principal | SignatureProblem {
  const endpoint = parseEndpoint(request.host);
  if (endpoint === undefined)
    return { reason: "invalid", message: `${request.host} is not an endpoint of STS` };
  return signatures.identify(request, { ...endpoint, service: "sts" });
}

async function assumeWithWebIdentity(
  parts: StsParts,
  request: Received,
  parameters: URLSearchParams,
): Promise<Reply> {
  const [arn, name, token] = ["RoleArn", "RoleSessionName", "WebIdentityToken"].map(
    (key) => parameters.get(key) ?? "",
  );
  const role = parts.iam.role(arn ?? "");
  const invalid =
    parameterProblem(parameters) ??
    (token ? undefined : validation("webIdentityToken", "Member must not be null"));
  if (invalid !== undefined) return stsError(invalid);
  const partition = parseEndpoint(request.host)?.partition ?? "";
  const identity = await checkWebIdentity(parts.issuers, parts.iam.oidcProviders, parts.clock, {
    token: token ?? "",
    roleArn: arn ?? "",
    role,
    partition,
  });
  if ("code" in identity) return stsError(identity);
  const seconds = durationOf(parameters, role);
  if (typeof seconds !== "number") return stsError(seconds);
  const key = parts.iam.startSession(arn ?? "", name ?? "", seconds);
  const subject = `    <SubjectFromWebIdentityToken>${escapeXml(String(identity.claims.sub))}</SubjectFromWebIdentityToken>
    <Audience>${escapeXml(identity.audience)}</Audience>
    <Provider>${escapeXml(identity.provider)}</Provider>`;
  return stsReply("AssumeRoleWithWebIdentity", `${sessionXml(key)}\n${subject}`);
}

function assumeRole(parts: StsParts, parameters: URLSearchParams, principal: Principal): Reply {
  const invalid = parameterProblem(parameters);
  if (invalid !== undefined) return stsError(invalid);
  const arn = parameters.get("RoleArn") ?? "";
  const role = parts.iam.role(arn);
  const tags = tagsOf(parameters);
  const context = assumeRoleContext(parameters, principal, tags);
  const actions = Object.keys(tags).length === 0 ? ASSUME : ASSUME_AND_TAG;
  const refused = actions.find(
    (action) =>
      role === undefined ||
      !mayDo(principal, action, context) ||
      !allows(role.trustPolicy, { action, principal: { kind: "AWS", names: namesOf(principal) }, context }),
  );
  if (refused !== undefined) {
    return stsError({
      status: 403,
      code: "AccessDenied",
      message: notAuthorized(principal.arn, refused, arn),
    });
  }
  const seconds = durationOf(parameters, role);
  if (typeof seconds !== "number") return stsError(seconds);
  if (principal.kind === "role-session" && seconds > 3600) {
    const message =
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
    return stsError({ status: 400, code: "ValidationError", message });
  }
  const key = parts.iam.startSession(arn, parameters.get("RoleSessionName") ?? "", seconds, tags);
  return stsReply("AssumeRole", sessionXml(key));
}

const ASSUME = ["sts:AssumeRole"] as const;
const ASSUME_AND_TAG = ["sts:AssumeRole", "sts:TagSession"] as const;

/** The caller's names in trust policies: itself, its role, its account. */
function namesOf({ arn, iamArn, account, partition }: Principal): readonly string[] {
  return [arn, iamArn, account, `arn:${partition}:iam::${account}:root`];
}

/** Condition keys of AssumeRole (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html). */
function assumeRoleContext(
  parameters: URLSearchParams,
  principal: Principal,
  tags: Readonly<Record<string, string>>,
): Record<string, string | readonly string[]> {
  const lower = (prefix: string, values: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [`${prefix}/${key}`.toLowerCase(), value]),
    );
  const [name, externalId] = [parameters.get("RoleSessionName"), parameters.get("ExternalId")];
  return {
    "aws:principalarn": principal.iamArn,
    "aws:principalaccount": principal.account,
    ...(name === null ? {} : { "sts:rolesessionname": name }),
    ...(externalId === null ? {} : { "sts:externalid": externalId }),
    "aws:tagkeys": Object.keys(tags),
    ...lower("aws:requesttag", tags),
    ...lower("aws:principaltag", principal.tags ?? {}),
  };
}

function callerIdentity(principal: Principal): Reply {
  const { arn, id, account } = principal;
  return stsReply(
    "GetCallerIdentity",
    `    <Arn>${escapeXml(arn)}</Arn>
    <UserId>${escapeXml(id)}</UserId>
    <Account>${account}</Account>`,
  );
}

function sessionXml(key: SessionKey): string {
  return `    <AssumedRoleUser>
      <Arn>${escapeXml(key.principal.arn)}</Arn>
      <AssumedRoleId>${escapeXml(key.principal.id)}</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>${key.accessKeyId}</AccessKeyId>
      <SecretAccessKey>${escapeXml(key.secretAccessKey)}</SecretAccessKey>
      <SessionToken>${escapeXml(key.sessionToken)}</SessionToken>
      <Expiration>${isoSeconds(key.expiresAt)}</Expiration>
    </Credentials>`;
}

function parameterProblem(parameters: URLSearchParams): AwsError | undefined {
  const [arn, name] = [parameters.get("RoleArn"), parameters.get("RoleSessionName")];
  if (arn === null || arn.length < 20)
    return validation("roleArn", "Member must have length greater than or equal to 20");
  if (!/^arn:[a-z-]+:iam::\d{12}:role\/.+$/.test(arn)) {
    return { status: 400, code: "ValidationError", message: `${arn} is invalid` };
  }
  if (name === null || !/^[\w+=,.@-]{2,64}$/.test(name)) {
    return validation("roleSessionName", "Member must satisfy regular expression pattern: [\\w+=,.@-]*");
  }
  return undefined;
}

function durationOf(parameters: URLSearchParams, role: Role | undefined): number | AwsError {
  const seconds = Number(parameters.get("DurationSeconds") ?? 3600);
  if (!Number.isInteger(seconds) || seconds < 900) {
    return validation("durationSeconds", "Member must have value greater than or equal to 900");
  }
  if (seconds <= (role?.maxSessionSeconds ?? 3600)) return seconds;
  const message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
  return { status: 400, code: "ValidationError", message };
}

function invalidAction(action: string | null, parameters: URLSearchParams): AwsError {
  const message = `Could not find operation ${action} for version ${parameters.get("Version")}`;
  return { status: 400, code: "InvalidAction", message };
}

/** STS's error codes for signature problems (https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html). */
function signatureError({ reason, message }: SignatureProblem): AwsError {
  const [status, code] = (
    {
      missing: [403, "MissingAuthenticationToken"],
      incomplete: [400, "IncompleteSignature"],
      "unknown-key": [403, "InvalidClientTokenId"],
      "expired-token": [403, "ExpiredToken"],
      invalid: [403, "SignatureDoesNotMatch"],
    } as const
  )[reason];
  return { status, code, message };
}
