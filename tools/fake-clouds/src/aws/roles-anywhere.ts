import { createVerify, X509Certificate } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { isoSeconds } from "../core/clock.ts";
import { json, type Received, type Reply } from "../core/exchange.ts";
import type { TlsService } from "../core/service.ts";
import { type CertificateFacts, chainProblem, factsOf, parseCertificate } from "../core/x509.ts";
import { requestId } from "./errors.ts";
import type { Iam } from "./iam.ts";
import { parseEndpoint } from "./partitions.ts";
import { allows } from "./policy.ts";
import { canonicalHash, headerProblem, scopeProblem, timeProblem } from "./sigv4.ts";

/** A certificate authority that an account trusts (https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_TrustAnchorDetail.html). */
export interface TrustAnchor {
  /** `arn:PARTITION:rolesanywhere:REGION:ACCOUNT:trust-anchor/ID` */
  readonly arn: string;
  /** PEM of one or more CAs. */
  readonly certificates: string;
  readonly enabled?: boolean;
}

/** https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_ProfileDetail.html */
export interface Profile {
  /** `arn:PARTITION:rolesanywhere:REGION:ACCOUNT:profile/ID` */
  readonly arn: string;
  readonly roleArns: readonly string[];
  /** Default 3600. */
  readonly durationSeconds?: number;
  /** Whether requests can name the session. Default false. */
  readonly acceptRoleSessionName?: boolean;
  readonly enabled?: boolean;
}

/** Trust anchors and profiles of all accounts. */
export class AnywhereConfiguration {
  readonly anchors = new Map<string, TrustAnchor>();
  readonly profiles = new Map<string, Profile>();

  addTrustAnchor(anchor: TrustAnchor): void {
    this.anchors.set(anchor.arn, anchor);
  }

  addProfile(profile: Profile): void {
    this.profiles.set(profile.arn, profile);
  }
}

export interface AnywhereParts {
  readonly iam: Iam;
  readonly clock: Clock;
  readonly configuration: AnywhereConfiguration;
}

/** IAM Roles Anywhere: CreateSession (https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html). */
export function rolesAnywhereService(parts: AnywhereParts): TlsService {
  return {
    name: "aws.rolesanywhere",
    about: "IAM Roles Anywhere",
    example: "rolesanywhere.us-west-2.amazonaws.com",
    hosts: (host) => parseEndpoint(host)?.api === "rolesanywhere",
    operation: ({ path }) => (path === "/sessions" ? "CreateSession" : "Unknown"),
    handle: (request) => answer(parts, request),
  };
}

/** An error. AWS documents only the codes; the messages come from user reports. */
interface Refusal {
  readonly status: 400 | 403 | 404;
  readonly code: "AccessDeniedException" | "ValidationException" | "ResourceNotFoundException";
  readonly message: string;
}

function answer(parts: AnywhereParts, request: Received): Reply {
  if (request.path !== "/sessions" || request.method !== "POST")
    return refusal({ status: 404, code: "ResourceNotFoundException", message: "Not Found" });
  const signer = signerOf(parts, request);
  if ("code" in signer) return refusal(signer);
  const session = sessionOf(parts, request, signer);
  return "code" in session ? refusal(session) : session;
}

interface Signer {
  readonly certificate: X509Certificate;
  readonly chain: readonly X509Certificate[];
  readonly facts: CertificateFacts;
}

const AUTHORIZATION =
  /^(AWS4-X509-(?:RSA|ECDSA)-SHA256) +Credential=(\d+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]+)$/;

/** Checks the signature (https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-sign-process.html). */
function signerOf({ clock }: AnywhereParts, request: Received): Signer | Refusal {
  const parts = AUTHORIZATION.exec(request.headers["authorization"] ?? "");
  if (parts === null) return denied("Missing or malformed Authorization header");
  const [, algorithm = "", serial = "", day = "", region = "", service = "", signedHeaders = "", hex = ""] =
    parts;
  const certificate = parseCertificate(request.headers["x-amz-x509"] ?? "");
  if (certificate === undefined) return denied("X.509 certificate could not be parsed");
  const endpoint = parseEndpoint(request.host);
  const problem =
    headerProblem(request, signedHeaders.split(";")) ??
    scopeProblem({ region: endpoint?.region ?? "", service: "rolesanywhere" }, region, service) ??
    timeProblem(request, day, clock());
  if (problem !== undefined) return denied(problem.message);
  if (BigInt(serial) !== BigInt(`0x${certificate.serialNumber}`))
    return denied("Credential does not name the certificate's serial number");
  const type = certificate.publicKey.asymmetricKeyType;
  if (algorithm !== (type === "rsa" ? "AWS4-X509-RSA-SHA256" : "AWS4-X509-ECDSA-SHA256"))
    return denied("The signing algorithm is not that of the certificate's key");
  const toSign = [
    algorithm,
    request.headers["x-amz-date"],
    `${day}/${region}/${service}/aws4_request`,
    canonicalHash(request, signedHeaders),
  ].join("\n");
  const verifier = createVerify("SHA256").update(toSign);
  if (!verifier.verify(certificate.publicKey, Buffer.from(hex, "hex")))
    return denied("The request signature we calculated does not match the signature you provided");
  const chain: X509Certificate[] = [];
  for (const each of request.headers["x-amz-x509-chain"]?.split(",") ?? []) {
    const parsed = parseCertificate(each);
    if (parsed === undefined) return denied("X.509 certificate chain could not be parsed");
    chain.push(parsed);
  }
  return { certificate, chain, facts: factsOf(certificate) };
}

function sessionOf(
  { iam, clock, configuration }: AnywhereParts,
  request: Received,
  signer: Signer,
): Reply | Refusal {
  const field = fieldsOf(request);
  const [anchorArn, profileArn, roleArn] = [field("trustAnchorArn"), field("profileArn"), field("roleArn")];
  if (!anchorArn || !profileArn || !roleArn)
    return invalid("trustAnchorArn, profileArn and roleArn are required");
  const region = parseEndpoint(request.host)?.region;
  const anchor = configuration.anchors.get(anchorArn);
  const profile = configuration.profiles.get(profileArn);
  if (anchor === undefined || regionOf(anchorArn) !== region) return notFound("Trust anchor not found.");
  if (profile === undefined || regionOf(profileArn) !== region) return notFound("Profile not found.");
  if (anchor.enabled === false) return denied("Trust anchor is disabled");
  if (profile.enabled === false) return denied("Profile is disabled");
  const untrusted = certificateProblem(signer, anchor, clock());
  if (untrusted !== undefined) return denied(untrusted);
  if (!profile.roleArns.includes(roleArn)) return denied(`Role ${roleArn} is not in the profile's role ARNs`);
  const name = field("roleSessionName");
  if (name !== undefined && profile.acceptRoleSessionName !== true)
    return denied("The profile does not accept a custom role session name");
  if (name !== undefined && !/^[\w+=,.@-]{2,64}$/.test(name)) return invalid("roleSessionName is not valid");
  const asked = field("durationSeconds");
  const seconds = Number(asked ?? profile.durationSeconds ?? 3600);
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200)
    return invalid("durationSeconds must be between 900 and 43200");
  const tags = tagsOf(signer.facts);
  const role = iam.role(roleArn);
  const sourceIdentity = signer.facts.subject["CN"] ?? "";
  const context = {
    "aws:sourcearn": anchorArn,
    "aws:sourceaccount": anchorArn.split(":")[4] ?? "",
    "sts:sourceidentity": sourceIdentity,
    ...lowerKeys("aws:principaltag/", tags),
    ...lowerKeys("aws:requesttag/", tags),
  };
  const principal = { kind: "Service", names: ["rolesanywhere.amazonaws.com"] } as const;
  const needed = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
  if (
    role === undefined ||
    !needed.every((action) => allows(role.trustPolicy, { action, principal, context }))
  )
    return denied(`Unable to assume role for ${roleArn}`);
  const life = Math.min(seconds, profile.durationSeconds ?? 3600, role.maxSessionSeconds ?? 3600);
  const sessionName = name ?? signer.facts.serialNumber;
  const key = iam.startSession(roleArn, sessionName, life, tags);
  const credentialSet = [
    {
      assumedRoleUser: { arn: key.principal.arn, assumedRoleId: key.principal.id },
      credentials: {
        accessKeyId: key.accessKeyId,
        expiration: isoSeconds(key.expiresAt),
        secretAccessKey: key.secretAccessKey,
        sessionToken: key.sessionToken,
      },
      packedPolicySize: 10,
      roleArn,
      sourceIdentity: `CN=${sourceIdentity}`,
    },
  ];
  const subjectArn = `arn:aws:rolesanywhere:${region}:${anchorArn.split(":")[4]}:subject/${signer.facts.serialNumber}`;
  return json(201, { credentialSet, subjectArn }, { "x-amzn-requestid": requestId() });
}

/** Checks the end-entity certificate (https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html#signature-verification). */
function certificateProblem(
  { certificate, chain, facts }: Signer,
  anchor: TrustAnchor,
  now: number,
): string | undefined {
  if (!facts.hasExtensions || facts.isAuthority || !facts.signs)
    return "Untrusted certificate. Insufficient certificate";
  const anchors = anchor.certificates
    .split(/(?<=-----END CERTIFICATE-----)/)
    .filter((pem) => pem.includes("-----BEGIN"))
    .map((pem) => new X509Certificate(pem));
  const problem = chainProblem(certificate, chain, anchors, now);
  switch (problem) {
    case "expired":
      return "Certificate has expired";
    case "not-yet-valid":
      return "Certificate is not yet valid";
    case "untrusted":
      return "Untrusted signing certificate";
    case undefined:
      return undefined;
  }
}

/** The session's tags, from the default attribute mappings of profiles. */
function tagsOf({ subject, issuer, alternativeNames }: CertificateFacts): Record<string, string> {
  const first = (kind: string) => alternativeNames[kind]?.[0];
  const [dns, uri] = [first("dns"), first("url")];
  return {
    ...prefixed("x509Subject/", subject),
    ...prefixed("x509Issuer/", issuer),
    ...(dns === undefined ? {} : { "x509SAN/DNS": dns }),
    ...(uri === undefined ? {} : { "x509SAN/URI": uri }),
  };
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}

function lowerKeys(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [(prefix + key).toLowerCase(), value]),
  );
}

/** Parameters are in the query (as AWS's own helper sends them) or in the JSON body. */
function fieldsOf(request: Received): (name: string) => string | undefined {
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(request.body.toString("utf8"));
  } catch {
    // Not JSON: only the query counts.
  }
  return (name) => {
    const value = request.query.get(name) ?? body[name];
    return value === null || value === undefined ? undefined : String(value);
  };
}

function regionOf(arn: string): string | undefined {
  return arn.split(":")[3];
}

function refusal({ status, code, message }: Refusal): Reply {
  return json(status, { message }, { "x-amzn-errortype": code, "x-amzn-requestid": requestId() });
}

function denied(message: string): Refusal {
  return { status: 403, code: "AccessDeniedException", message };
}

function invalid(message: string): Refusal {
  return { status: 400, code: "ValidationException", message };
}

function notFound(message: string): Refusal {
  return { status: 404, code: "ResourceNotFoundException", message };
}
