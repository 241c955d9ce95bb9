import { COMMERCIAL, partitionOfRegion } from "@imagecred/identities/aws/facts";
import { nodeCaller, nodeRegion } from "@imagecred/identities/aws/node";
import { federatedToken } from "@imagecred/identities/federated-token";
import { type TokenFacts, tokenFacts } from "@imagecred/identities/token-facts";
import type { Found, Unavailable } from "@imagecred/protocol";
import type { GcrNodeIdentity } from "../node-identity.ts";
import { requireAssumedUniverse, type TokenRequest } from "../token-request.ts";
import type { AccessToken } from "./access-token.ts";
import { certificateSubject, MTLS_TYPE } from "./certificate-exchange.ts";
import { AWS_REQUEST_TYPE, signedCallerIdentity } from "./signed-caller-identity.ts";
import { exchangeToken } from "./sts.ts";

type Foreign = Exclude<GcrNodeIdentity, { kind: "own" }>;
type ForeignOf<Kind extends Foreign["kind"]> = Extract<Foreign, { kind: Kind }>;

const SESSION_NAME = "gcr-credential-provider";
const JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt";

/**
 * The identity of a node in another cloud, or with a certificate: exchanges it at Google STS for an access token of the
 * pool's principal (https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds).
 * @throws {CredentialError}
 */
export async function findInOtherCloud(
  node: Foreign,
  request: TokenRequest,
): Promise<Found<AccessToken> | Unavailable> {
  requireAssumedUniverse(request);
  switch (node.kind) {
    case "aws":
      return await byAwsKeys(node, request);
    case "token":
      return await byToken(node, request);
    case "certificate":
      return await byCertificate(node, request);
  }
}

async function byAwsKeys(
  { pool: { audience } }: ForeignOf<"aws">,
  request: TokenRequest,
): Promise<Found<AccessToken> | Unavailable> {
  const { context } = request;
  const caller = await nodeCaller(SESSION_NAME, "no permission of its own", context);
  if ("unavailable" in caller) return caller;
  const region = await nodeRegion(context);
  // Google forwards the request, so it must be for AWS's public endpoint, even if this node would use another.
  const { suffix } = partitionOfRegion(region) ?? COMMERCIAL;
  const url = `https://sts.${region}.${suffix}?Action=GetCallerIdentity&Version=2011-06-15`;
  const token = signedCallerIdentity(url, region, audience, caller.identity, context);
  const identity = await exchangeToken(
    { token, type: AWS_REQUEST_TYPE, audience },
    {
      url: stsUrl(request),
      action: `exchanging the AWS identity of this node (${caller.principal}) at Google STS (${audience})`,
      advice:
        "check that the pool's provider is an AWS provider with this account, and its attribute condition",
    },
    request,
  );
  return { identity, principal: `${audience} for the ${caller.principal}` };
}

async function byToken(
  { identity: node, audience: tokenAudience, pool: { audience } }: ForeignOf<"token">,
  request: TokenRequest,
): Promise<Found<AccessToken> | Unavailable> {
  const found = await federatedToken(node, tokenAudience, request.context);
  if ("unavailable" in found) return found;
  const { identity: token, principal } = found;
  const identity = await exchangeToken(
    { token, type: JWT_TYPE, audience },
    {
      url: stsUrl(request),
      action: `exchanging the token of the ${principal} at Google STS (${audience})`,
      advice: adviceFor(tokenFacts(token)),
    },
    request,
  );
  return { identity, principal: `${audience} for the ${principal}` };
}

async function byCertificate(
  { files, pool: { audience } }: ForeignOf<"certificate">,
  request: TokenRequest,
): Promise<Found<AccessToken>> {
  const { token, tls, certificate } = await certificateSubject(files, request.context);
  const identity = await exchangeToken(
    { token, type: MTLS_TYPE, audience },
    {
      url: `${request.options.endpoints.stsMtls ?? `https://sts.mtls.${request.universe.domain}`}/v1/token`,
      tls,
      action: `exchanging the certificate in ${certificate.path} at Google STS (${audience})`,
      advice:
        "check that the provider's trust store has the authority that issued this certificate (send intermediates with --node-intermediates), and its attribute condition",
    },
    request,
  );
  return { identity, principal: `${audience} for the certificate in ${certificate.path}` };
}

function stsUrl({ options, universe }: TokenRequest): string {
  return `${options.endpoints.sts ?? `https://sts.${universe.domain}`}/v1/token`;
}

/** The settings that the pool's provider needs for this token. */
function adviceFor({ issuer, subject, audience }: TokenFacts): string {
  return `the pool's provider must have the issuer ${issuer}, allow the audience ${audience}, and have an attribute condition that the subject ${subject} meets`;
}
