import { awsRetry } from "@imagecred/identities/aws/calls";
import { type Outcome, type Retry, retryByDefault, type TransportResponse } from "@imagecred/protocol";
import {
  ACR_EXCHANGE,
  AWS_STS,
  ECR_GET_AUTHORIZATION_TOKEN,
  ENTRA_TOKEN,
  GOOGLE_IAM_CREDENTIALS,
  GOOGLE_STS,
  type Limit,
} from "./limits.ts";

/** An API that the whole fleet calls. */
export interface Service {
  readonly name: string;
  readonly limit: Limit;
  /** Its response above its limit. */
  readonly throttled: TransportResponse;
  /** Whether a plugin of ours retries, by the plugin's own rule. */
  readonly again: (outcome: Outcome<TransportResponse>, now: number) => Retry | undefined;
}

/** Minimum and maximum duration of a request to a cloud, connection included (milliseconds). */
export const CLOUD_LATENCY = { from: 20, to: 80 } as const;
/** The same for all the requests to the node's own metadata server together. */
export const METADATA_LATENCY = { from: 5, to: 30 } as const;

export const ACCEPTED: TransportResponse = { status: 200, headers: {}, body: new Uint8Array() };
/** The response of a cloud that fails as a whole. */
export const FAILING: TransportResponse = { status: 503, headers: {}, body: new Uint8Array() };

function refusal(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): TransportResponse {
  return { status, headers, body: new TextEncoder().encode(body) };
}

/** Status 400 with a code (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html). */
export const ECR: Service = {
  name: "ECR GetAuthorizationToken",
  limit: ECR_GET_AUTHORIZATION_TOKEN,
  throttled: refusal(400, '{"__type":"ThrottlingException","message":"Rate exceeded"}'),
  again: awsRetry,
};

/** Status 400 with a code, in XML (https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html). */
export const STS: Service = {
  name: "STS AssumeRoleWithWebIdentity",
  limit: AWS_STS,
  throttled: refusal(
    400,
    "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
  ),
  again: awsRetry,
};

/** Status 429 with a minute's Retry-After (https://learn.microsoft.com/entra/msal/dotnet/advanced/client-and-server-throttling). */
export const ENTRA: Service = {
  name: "Entra ID token",
  limit: ENTRA_TOKEN,
  throttled: refusal(429, '{"error":"temporarily_unavailable"}', { "retry-after": "60" }),
  again: retryByDefault,
};

/** Status 429 with an error of the distribution spec. */
export const ACR: Service = {
  name: "ACR oauth2/exchange (Premium)",
  limit: ACR_EXCHANGE.premium,
  throttled: refusal(429, '{"errors":[{"code":"TOOMANYREQUESTS","message":"too many requests"}]}'),
  again: retryByDefault,
};

/** Status 429 RESOURCE_EXHAUSTED (https://cloud.google.com/apis/design/errors). */
export const GOOGLE_TOKEN: Service = {
  name: "Google STS token",
  limit: GOOGLE_STS,
  throttled: refusal(429, '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}'),
  again: retryByDefault,
};

/** The same, for the token of a service account. */
export const GENERATE_ACCESS_TOKEN: Service = {
  ...GOOGLE_TOKEN,
  name: "IAM generateAccessToken",
  limit: GOOGLE_IAM_CREDENTIALS,
};
