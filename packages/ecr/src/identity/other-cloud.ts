import type { AwsCredentials, StsSettings } from "@imagecred/identities/aws";
import type { AwsCall } from "@imagecred/identities/aws/calls";
import { assumeRoleWithWebIdentity } from "@imagecred/identities/aws/sts";
import { federatedToken } from "@imagecred/identities/federated-token";
import { type TokenFacts, tokenFacts } from "@imagecred/identities/token-facts";
import type { Context, Found, Unavailable } from "@imagecred/protocol";
import type { EcrNodeIdentity } from "../node-identity.ts";

/**
 * The identity of a node in another cloud: exchanges its cloud's token at STS for a role that trusts it
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html).
 * @throws {CredentialError}
 */
export async function findInOtherCloud(
  { identity: node, audience }: Extract<EcrNodeIdentity, { kind: "web-identity" }>,
  roleArn: string,
  sessionName: string,
  sts: StsSettings,
  context: Context,
): Promise<Found<AwsCredentials> | Unavailable> {
  const found = await federatedToken(node, audience, context);
  if ("unavailable" in found) return found;
  const { identity: token, principal } = found;
  const advice = adviceFor(tokenFacts(token), roleArn);
  const request = { roleArn, sessionName, token, tokenName: `the token of the ${principal}`, advice };
  const identity = await assumeRoleWithWebIdentity(request, sts, context);
  return { identity, principal: `${roleArn} for the ${principal}` };
}

/** Every account trusts Google as an OIDC provider; other issuers must be created as one. */
const GOOGLE_ISSUER = "https://accounts.google.com";

/** The settings that the role's account needs for this token. */
function adviceFor(
  { issuer = "its issuer", subject = "its sub", audience = "its aud", authorizedParty }: TokenFacts,
  roleArn: string,
): Pick<AwsCall, "whenDenied" | "byCode"> {
  const google = issuer === GOOGLE_ISSUER;
  const provider = issuer.replace("https://", "");
  const account = roleArn.split(":")[4];
  // If a token has azp, IAM's key aud is azp, and oaud is the token's audience.
  const conditions =
    authorizedParty === undefined
      ? `${provider}:aud ${audience}`
      : `${provider}:aud ${authorizedParty}, ${provider}:oaud ${audience}`;
  const trust = `let the trust policy of ${roleArn} allow sts:AssumeRoleWithWebIdentity to the federated principal ${google ? provider : `arn of ${provider}`}, with conditions that fit: ${conditions}, ${provider}:sub ${subject}`;
  const createProvider = `create an IAM OIDC identity provider for ${issuer} in account ${account}, with the client ID ${audience}`;
  return {
    whenDenied: trust,
    byCode: google ? {} : { InvalidIdentityToken: createProvider, IDPRejectedClaim: createProvider },
  };
}
