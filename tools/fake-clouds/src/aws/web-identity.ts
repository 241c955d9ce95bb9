import { type Clock, epochSeconds } from "../core/clock.ts";
import type { Cluster } from "../core/cluster.ts";
import { claimsOf, TokenProblem } from "../core/jwt.ts";
import type { AwsError } from "./errors.ts";
import { parseIamArn, type RoleOptions } from "./iam.ts";

export interface WebIdentity {
  readonly token: string;
  readonly role: RoleOptions | undefined;
  /** Partition of the endpoint that was asked. */
  readonly partition: string;
}

const DENIED: AwsError = {
  status: 403,
  code: "AccessDenied",
  message: "Not authorized to perform sts:AssumeRoleWithWebIdentity",
};

/**
 * Why AssumeRoleWithWebIdentity refuses, in its own words; undefined when it does not
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors).
 */
export async function webIdentityProblem(
  cluster: Cluster,
  clock: Clock,
  identity: WebIdentity,
): Promise<AwsError | undefined> {
  const { token, role, partition } = identity;
  const { iss } = claimsOf(token);
  if (iss === undefined)
    return invalid(
      "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
    );
  if (iss !== cluster.issuer) return invalid(`No OpenIDConnect provider found in your account for ${iss}`);
  const trust = role?.trust?.webIdentity;
  // Without a role that trusts a provider there are no audiences to compare with; the token is still checked first.
  const audiences = trust?.audiences ?? ["sts.amazonaws.com"];
  const claims = await cluster.verify(token, audiences);
  if (claims instanceof TokenProblem) return tokenError(claims, clock);
  const allowed = trust?.subjects.some((pattern) => like(pattern, claims.sub ?? "")) ?? false;
  if (role === undefined || !allowed || parseIamArn(role.arn).partition !== partition) return DENIED;
  return undefined;
}

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
      return invalid(
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
      );
    default:
      return invalid(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
      );
  }
}

function invalid(message: string): AwsError {
  return { status: 400, code: "InvalidIdentityToken", message };
}

/** IAM's StringLike: `*` any characters, `?` one. */
function like(pattern: string, value: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`).test(value);
}
