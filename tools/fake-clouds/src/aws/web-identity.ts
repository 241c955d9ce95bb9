import type { JWTPayload } from "jose";
import { type Clock, epochSeconds } from "../core/clock.ts";
import type { Issuers } from "../core/issuers.ts";
import { claimsOf, TokenProblem } from "../core/jwt.ts";
import type { AwsError } from "./errors.ts";
import { parseIamArn, type Role } from "./iam.ts";
import { GOOGLE, type OidcProviders, providerArn, providerName } from "./oidc-providers.ts";
import { allows } from "./policy.ts";

export interface WebIdentity {
  readonly token: string;
  readonly roleArn: string;
  readonly role: Role | undefined;
  /** Partition of the endpoint that received the request. */
  readonly partition: string;
}

/** An accepted token. */
export interface AcceptedIdentity {
  readonly claims: JWTPayload;
  /** The provider as in the response: its ARN, or `accounts.google.com`. */
  readonly provider: string;
  /** The audience as in the response: the client id of the token. */
  readonly audience: string;
}

const DENIED: AwsError = {
  status: 403,
  code: "AccessDenied",
  message: "Not authorized to perform sts:AssumeRoleWithWebIdentity",
};

/**
 * Checks a web identity token as AssumeRoleWithWebIdentity does: its provider in the role's account, key, signature, time,
 * the provider's audiences, then the role's trust policy. Returns the identity, or STS's error
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors).
 */
export async function checkWebIdentity(
  issuers: Issuers,
  providers: OidcProviders,
  clock: Clock,
  identity: WebIdentity,
): Promise<AcceptedIdentity | AwsError> {
  const { token, role, roleArn, partition } = identity;
  const { iss } = claimsOf(token);
  if (iss === undefined) return invalid(NOT_A_JWT);
  if (iss.endsWith(OUTBOUND_SUFFIX))
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_getting_started.html
    return invalid("Tokens issued by AWS STS cannot be used for OIDC federation into AWS");
  const google = iss === GOOGLE.issuer;
  const provider = google ? undefined : providers.find(roleArn, iss);
  if (!google && provider === undefined)
    return invalid(`No OpenIDConnect provider found in your account for ${iss}`);
  const claims = await issuers.verify(token, {
    issuer: iss,
    ...(provider === undefined ? {} : { audiences: provider.clientIds }),
  });
  if (claims instanceof TokenProblem) return tokenError(claims, clock);
  const name = google ? GOOGLE.name : providerName(provider?.url ?? iss);
  const federated = provider === undefined ? GOOGLE.name : providerArn(provider);
  const context = contextOf(name, claims);
  const allowed =
    role !== undefined &&
    parseIamArn(role.arn).partition === partition &&
    allows(role.trustPolicy, {
      action: "sts:AssumeRoleWithWebIdentity",
      principal: { kind: "Federated", names: [federated] },
      context,
    });
  if (!allowed) return DENIED;
  return { claims, provider: federated, audience: String([context[`${name.toLowerCase()}:aud`]].flat()[0]) };
}

/** If `azp` is set, the condition key `aud` is its value and `oaud` the token's audience (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif). */
function contextOf(provider: string, claims: JWTPayload): Record<string, string | readonly string[]> {
  const audiences = [claims.aud ?? []].flat();
  const azp = claims["azp"];
  const key = (name: string) => `${provider}:${name}`.toLowerCase();
  return {
    [key("sub")]: String(claims.sub),
    ...(typeof azp === "string"
      ? { [key("aud")]: azp, [key("oaud")]: audiences }
      : { [key("aud")]: audiences }),
    ...(typeof claims["email"] === "string" ? { [key("email")]: claims["email"] } : {}),
  };
}

const NOT_A_JWT =
  "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";

function tokenError({ reason, claims }: TokenProblem, clock: Clock): AwsError {
  switch (reason) {
    case "expired": {
      const message = `Token expired: current date/time ${epochSeconds(clock())} must be before the expiration date/time ${claims.exp}`;
      return { status: 400, code: "ExpiredTokenException", message };
    }
    case "wrong-audience":
      return invalid("Incorrect token audience");
    case "bad-signature":
      return invalid("Token signature invalid");
    case "unknown-key":
    case "unreadable-issuer":
      return invalid(
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
      );
    default:
      return invalid(NOT_A_JWT);
  }
}

function invalid(message: string): AwsError {
  return { status: 400, code: "InvalidIdentityToken", message };
}

/** Host suffix of account issuers. */
export const OUTBOUND_SUFFIX = ".tokens.sts.global.api.aws";
