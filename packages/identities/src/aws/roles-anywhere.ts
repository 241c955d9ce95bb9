import {
  base64,
  type Context,
  CredentialError,
  type Found,
  hex,
  parseJsonObject,
  type TransportResponse,
  textAt,
} from "@imagecred/protocol";
import { type NodeCertificate, readNodeCertificate } from "../certificate/node-certificate.ts";
import type { CertificateFiles } from "../node-identity.ts";
import { type AwsCredentials, credentialsOf } from "./credentials.ts";
import { type EndpointSettings, unresolvedAdvice, withUnresolvedAdvice } from "./endpoint.ts";
import { jsonErrorIn, requestIdIn } from "./json-protocol.ts";
import { partitionOfArn } from "./partitions.ts";
import { type AwsCall, actionOf, refusedBy } from "./refusal.ts";
import { signWithCertificate } from "./sign-with-certificate.ts";
import { type SignableRequest, stringToSign, withoutHost } from "./sigv4.ts";
import { apiUrl } from "./sts-endpoint.ts";
import { awsRetry } from "./throttling.ts";

const SERVICE = "IAM Roles Anywhere";
const OPERATION = "CreateSession";

/** A role, and the certificate that is exchanged for its credentials. */
export interface AnywhereRequest {
  readonly files: CertificateFiles;
  readonly roleArn: string;
  readonly profileArn: string;
  readonly trustAnchorArn: string;
  readonly endpoint: EndpointSettings;
}

/** The default of AWS's own helper. The credentials are used once. */
const DURATION_SECONDS = 3600;

/**
 * Exchanges a certificate for a role's credentials: CreateSession, signed with the certificate's key
 * (https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-sign-process.html). The region is that of the
 * trust anchor.
 * @throws {CredentialError}
 */
export async function rolesAnywhere(
  request: AnywhereRequest,
  context: Context,
): Promise<Found<AwsCredentials>> {
  const { roleArn, profileArn, trustAnchorArn, endpoint } = request;
  const certificate = await readNodeCertificate(request.files, context);
  const region = trustAnchorArn.split(":")[3] ?? "";
  const principal = `the certificate in ${certificate.path} (serial number ${certificate.facts.serialNumber})`;
  const call: AwsCall = {
    service: SERVICE,
    operation: OPERATION,
    region,
    principal,
    whenDenied: `let the trust policy of ${roleArn} allow sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity to rolesanywhere.amazonaws.com under conditions that fit this certificate, and name the role in the profile`,
    byCode: {
      ResourceNotFound:
        "check --node-trust-anchor-arn and --node-profile-arn: both must be in the same account and region",
      Validation: "check the three ARNs",
    },
  };
  const query = new URLSearchParams({ profileArn, roleArn, trustAnchorArn });
  const url = `${apiUrl("rolesanywhere", region, partitionOfArn(trustAnchorArn), endpoint).replace(/\/$/, "")}/sessions?${query}`;
  const body = JSON.stringify({ durationSeconds: DURATION_SECONDS });
  const headers = await signed({ url, body }, region, certificate, context);
  const response = await context.http
    .cloud({
      service: SERVICE,
      operation: OPERATION,
      method: "POST",
      url,
      headers,
      body,
      retryIf: (outcome) => awsRetry(outcome, context.clock.now()),
    })
    .catch((error: unknown) => {
      throw withUnresolvedAdvice(error, unresolvedAdvice(SERVICE, region, endpoint));
    });
  return { identity: credentialsIn(response, call), principal: `${roleArn} for ${principal}` };
}

/** The request's headers, with the signature. */
async function signed(
  { url, body }: Pick<SignableRequest, "url"> & { readonly body: string },
  region: string,
  certificate: NodeCertificate,
  context: Context,
): Promise<Readonly<Record<string, string>>> {
  const [leaf, ...authorities] = certificate.chain;
  const kind = certificate.key === "RSA" ? "RSA" : "ECDSA";
  const algorithm = `AWS4-X509-${kind}-SHA256`;
  const toSign = stringToSign(
    {
      method: "POST",
      url,
      body,
      headers: {
        "content-type": "application/json",
        "x-amz-x509": base64(leaf),
        ...(authorities.length === 0 ? {} : { "x-amz-x509-chain": authorities.map(base64).join(",") }),
      },
    },
    { region, service: "rolesanywhere", now: context.clock.now() },
    algorithm,
    context.crypto,
  );
  const signature = hex(
    await signWithCertificate(certificate, new TextEncoder().encode(toSign.text), context),
  );
  const credential = `${certificate.facts.serialNumber}/${toSign.credentialScope}`;
  return {
    ...withoutHost(toSign.headers),
    authorization: `${algorithm} Credential=${credential}, SignedHeaders=${toSign.signedHeaders}, Signature=${signature}`,
  };
}

function credentialsIn(response: TransportResponse, call: AwsCall): AwsCredentials {
  const { status, body } = response;
  const document = parseJsonObject(body);
  if (status !== 201 && status !== 200) throw refusal(response, document, call);
  const sets = document?.["credentialSet"];
  const first: unknown = Array.isArray(sets) ? sets[0] : undefined;
  const [accessKeyId, secretAccessKey, sessionToken] = ["accessKeyId", "secretAccessKey", "sessionToken"].map(
    (name) => textAt(first, "credentials", name),
  );
  if (accessKeyId !== undefined && secretAccessKey !== undefined && sessionToken !== undefined)
    return credentialsOf({ accessKeyId, secretAccessKey, sessionToken }, SERVICE);
  const requestId = requestIdIn(response);
  throw new CredentialError({
    action: actionOf(call),
    reason: `status ${status} without credentials${requestId === undefined ? "" : ` (request id ${requestId})`}`,
    advice: "check what responds there: a proxy, a wrong AWS_ENDPOINT_URL",
  });
}

/** Advice by the service's message for a refused certificate. */
const CERTIFICATE_ADVICE: readonly (readonly [said: RegExp, advice: string])[] = [
  [/has expired|not yet valid/i, "check the node's clock, and renew the certificate"],
  [
    /Insufficient certificate/i,
    "use the certificate of an end entity (CA: false) in X.509 version 3 with the key usage digitalSignature",
  ],
  [
    /Untrusted (?:signing )?certificate/i,
    "add the authority that issued this certificate to the trust anchor, or send the intermediates with --node-intermediates",
  ],
  [/is disabled/i, "enable the trust anchor and the profile"],
];

function refusal(
  response: TransportResponse,
  document: ReturnType<typeof parseJsonObject>,
  call: AwsCall,
): CredentialError {
  const error = jsonErrorIn(response, document);
  const advice = CERTIFICATE_ADVICE.find(([said]) => said.test(error?.message ?? ""))?.[1];
  return refusedBy(
    { status: response.status, requestId: requestIdIn(response), error },
    advice === undefined ? call : { ...call, whenDenied: advice },
  );
}
