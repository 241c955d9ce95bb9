import { randomBytes } from "node:crypto";
import { type Clock, epochSeconds } from "../core/clock.ts";
import type { Received, Reply } from "../core/exchange.ts";
import type { Secrets } from "../core/secrets.ts";
import type { TlsService } from "../core/service.ts";
import { type AwsError, jsonError, jsonReply, notAuthorized } from "./errors.ts";
import { mayDo, type Principal } from "./iam.ts";
import { parseEndpoint, suffixOf } from "./partitions.ts";
import type { SignatureCheck, SignatureProblem } from "./sigv4.ts";

/** An issued registry password. */
export interface RegistryPassword {
  readonly region: string;
  readonly partition: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly api: "ecr" | "ecr-public";
  /** ARN of the principal it was issued to: `arn:aws:sts::123456789012:assumed-role/node/i-0123`. */
  readonly holder: string;
}

export interface EcrParts {
  readonly signatures: SignatureCheck;
  readonly clock: Clock;
  readonly secrets: Secrets;
  /** Passwords that the registries accept, by value. */
  readonly passwords: Map<string, RegistryPassword>;
  /** Token lifetime in seconds; AWS's is 12 hours. */
  readonly tokenSeconds: () => number;
}

const TARGETS = {
  ecr: "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
  "ecr-public": "SpencerFrontendService.GetAuthorizationToken",
} as const;

/** Amazon ECR's API (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html). */
export function ecrService(api: "ecr" | "ecr-public", parts: EcrParts): TlsService {
  return {
    name: `aws.${api}`,
    about: api === "ecr" ? "Amazon ECR API" : "Amazon ECR Public API",
    example: api === "ecr" ? "api.ecr.us-west-2.amazonaws.com" : "api.ecr-public.us-east-1.amazonaws.com",
    hosts: (host) => parseEndpoint(host)?.api === api,
    operation: (request) => request.headers["x-amz-target"]?.split(".").at(-1) ?? "Unknown",
    handle: (request) => answer(api, parts, request),
  };
}

function answer(api: "ecr" | "ecr-public", parts: EcrParts, request: Received): Reply {
  const endpoint = parseEndpoint(request.host);
  if (endpoint === undefined)
    return jsonError({ status: 404, code: "UnknownOperationException", message: "" });
  const principal = parts.signatures.identify(request, { ...endpoint, service: api });
  if ("reason" in principal) return jsonError(signatureError(principal));
  const problem = requestProblem(api, request) ?? permissionProblem(api, principal);
  if (problem !== undefined) return jsonError(problem);

  const { region, partition } = endpoint;
  const seconds = parts.tokenSeconds();
  const expiresAt = parts.clock() + seconds * 1000;
  const password = parts.secrets.register("aws.registryPassword", newPassword(expiresAt));
  parts.passwords.set(password, { region, partition, expiresAt, api, holder: principal.arn });
  const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
  parts.secrets.register("aws.authorizationToken", authorizationToken);
  const data = { authorizationToken, expiresAt: expiresAt / 1000 };
  if (api === "ecr-public") return jsonReply(200, { authorizationData: data });
  const proxyEndpoint = `https://${principal.account}.dkr.ecr.${region}.${suffixOf(partition)}`;
  return jsonReply(200, { authorizationData: [{ ...data, proxyEndpoint }] });
}

function requestProblem(api: "ecr" | "ecr-public", request: Received): AwsError | undefined {
  const type = request.headers["content-type"];
  if (request.method !== "POST" || request.path !== "/" || type !== "application/x-amz-json-1.1") {
    return { status: 404, code: "UnknownOperationException", message: "" };
  }
  if (request.headers["x-amz-target"] !== TARGETS[api]) {
    return { status: 400, code: "UnknownOperationException", message: "" };
  }
  try {
    const body: unknown = JSON.parse(request.body.toString("utf8"));
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return undefined;
  } catch {
    // rejected below
  }
  return {
    status: 400,
    code: "SerializationException",
    message: "Start of structure or map found where not expected.",
  };
}

/** ECR Public also requires sts:GetServiceBearerToken (https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html). */
function permissionProblem(api: "ecr" | "ecr-public", principal: Principal): AwsError | undefined {
  const needed =
    api === "ecr"
      ? (["ecr:GetAuthorizationToken"] as const)
      : (["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"] as const);
  const missing = needed.find((action) => !mayDo(principal, action));
  if (missing === undefined) return undefined;
  return { status: 400, code: "AccessDeniedException", message: notAuthorized(principal.arn, missing, "*") };
}

/** Names and status of AWS's JSON APIs (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html). */
function signatureError({ reason, message }: SignatureProblem): AwsError {
  const code = {
    missing: "MissingAuthenticationTokenException",
    incomplete: "IncompleteSignatureException",
    "unknown-key": "UnrecognizedClientException",
    "expired-token": "ExpiredTokenException",
    invalid: "InvalidSignatureException",
  }[reason];
  return { status: 400, code, message };
}

/** In the format of real tokens: base64 of a JSON document, about 1.8 KB. */
function newPassword(expiresAt: number): string {
  const document = {
    payload: randomBytes(768).toString("base64"),
    datakey: randomBytes(192).toString("base64"),
    version: "2",
    type: "DATA_KEY",
    expiration: epochSeconds(expiresAt),
  };
  return Buffer.from(JSON.stringify(document)).toString("base64");
}
