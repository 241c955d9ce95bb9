import { isoSeconds } from "../core/clock.ts";
import type { Reply } from "../core/exchange.ts";
import type { SigningAlgorithm } from "../core/issuer.ts";
import { type AwsError, notAuthorized, stsError, stsReply } from "./errors.ts";
import { mayDo, type Principal } from "./iam.ts";
import type { OutboundFederation } from "./outbound.ts";
import { parseEndpoint } from "./partitions.ts";
import { membersOf, tagsOf, validation } from "./query.ts";

/** STS GetWebIdentityToken (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html). */
export async function webIdentityToken(
  outbound: OutboundFederation,
  host: string,
  parameters: URLSearchParams,
  principal: Principal,
): Promise<Reply> {
  const endpoint = parseEndpoint(host);
  if (host === "sts.amazonaws.com" || endpoint === undefined) {
    const message = "GetWebIdentityToken is not available on the global endpoint";
    return stsError({ status: 400, code: "InvalidAction", message });
  }
  const asked = requestOf(parameters);
  if ("code" in asked) return stsError(asked);
  const { audiences, algorithm, seconds, tags } = asked;
  const context = {
    "sts:identitytokenaudience": audiences,
    "sts:durationseconds": String(seconds),
    "sts:signingalgorithm": algorithm,
  };
  if (!mayDo(principal, "sts:GetWebIdentityToken", context)) {
    const message = notAuthorized(principal.arn, "sts:GetWebIdentityToken", "*");
    return stsError({ status: 403, code: "AccessDenied", message });
  }
  if (!outbound.isEnabled(principal.account)) return stsError(DISABLED);
  const { region } = endpoint;
  const { token, expiresAt } = await outbound.issue({
    principal,
    audiences,
    algorithm,
    seconds,
    tags,
    region,
  });
  return stsReply(
    "GetWebIdentityToken",
    `    <WebIdentityToken>${token}</WebIdentityToken>
    <Expiration>${isoSeconds(expiresAt)}</Expiration>`,
  );
}

/** Code and status are from the SDKs' models, the message from the API page. */
const DISABLED: AwsError = {
  status: 403,
  code: "OutboundWebIdentityFederationDisabledException",
  message:
    "The outbound web identity federation feature is not enabled for this account. To use this feature, you must first enable it through the AWS Management Console or API.",
};

interface Asked {
  readonly audiences: readonly string[];
  readonly algorithm: SigningAlgorithm;
  readonly seconds: number;
  readonly tags: Readonly<Record<string, string>>;
}

function requestOf(parameters: URLSearchParams): Asked | AwsError {
  const audiences = membersOf(parameters, "Audience.member");
  if (audiences.length < 1 || audiences.length > 10)
    return validation("audience", "Member must have length between 1 and 10");
  if (audiences.some((audience) => audience.length < 1 || audience.length > 1000))
    return validation("audience", "Member must have length between 1 and 1000");
  const algorithm = parameters.get("SigningAlgorithm");
  if (algorithm !== "RS256" && algorithm !== "ES384")
    return validation("signingAlgorithm", "Member must satisfy enum value set: [RS256, ES384]");
  const seconds = Number(parameters.get("DurationSeconds") ?? 300);
  if (!Number.isInteger(seconds) || seconds < 60 || seconds > 3600)
    return validation("durationSeconds", "Member must have value between 60 and 3600");
  return { audiences, algorithm, seconds, tags: tagsOf(parameters) };
}
