import "reflect-metadata"; // @peculiar/x509 needs it loaded first
import { X509Certificate } from "node:crypto";
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as ParsedCertificate,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";

/** The parts of a certificate that the clouds check. */
export interface CertificateFacts {
  /** By X.500 abbreviation (`CN`, `O`, `OU`, ...); the first of several values. */
  readonly subject: Readonly<Record<string, string>>;
  readonly issuer: Readonly<Record<string, string>>;
  /** Alternative names by kind: `dns`, `url`, `email`, `ip`. */
  readonly alternativeNames: Readonly<Record<string, readonly string[]>>;
  readonly isAuthority: boolean;
  /** The key usage extension has digitalSignature. */
  readonly signs: boolean;
  /** False for an X.509v1 certificate. */
  readonly hasExtensions: boolean;
  /** Lower-case hexadecimal. */
  readonly serialNumber: string;
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  const parsed = new ParsedCertificate(certificate.raw);
  const usage = parsed.getExtension(KeyUsagesExtension)?.usages ?? 0;
  const names = parsed.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
  return {
    subject: attributesOf(parsed.subjectName.toJSON()),
    issuer: attributesOf(parsed.issuerName.toJSON()),
    alternativeNames: Object.fromEntries(
      [...Map.groupBy(names, ({ type }) => type)].map(([type, found]) => [
        type,
        found.map(({ value }) => value),
      ]),
    ),
    isAuthority: parsed.getExtension(BasicConstraintsExtension)?.ca === true,
    signs: (usage & KeyUsageFlags.digitalSignature) !== 0,
    hasExtensions: parsed.extensions.length > 0,
    serialNumber: certificate.serialNumber.toLowerCase(),
  };
}

function attributesOf(name: readonly Readonly<Record<string, readonly string[]>>[]): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const part of name)
    for (const [key, values] of Object.entries(part)) attributes[key] ??= values[0] ?? "";
  return attributes;
}

/** Reasons to reject a chain. */
export type ChainProblem = "expired" | "not-yet-valid" | "untrusted";

/**
 * Builds a chain from a certificate to one of the trusted authorities and checks every link: signature, issuer, CA flag,
 * time (RFC 5280 section 6, without policies, names and revocation).
 * @param now milliseconds since 1970
 */
export function chainProblem(
  leaf: X509Certificate,
  intermediates: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  now: number,
): ChainProblem | undefined {
  const late = timeProblemOf(leaf, now);
  if (late !== undefined) return late;
  const issued = (by: X509Certificate, what: X509Certificate) =>
    by.ca && what.checkIssued(by) && what.verify(by.publicKey);
  const anchor = anchors.find((each) => issued(each, leaf));
  if (anchor !== undefined) return timeProblemOf(anchor, now);
  for (const next of intermediates.filter((each) => issued(each, leaf))) {
    const rest = intermediates.filter((each) => each !== next);
    if (chainProblem(next, rest, anchors, now) === undefined) return undefined;
  }
  return "untrusted";
}

function timeProblemOf(certificate: X509Certificate, now: number): ChainProblem | undefined {
  if (Date.parse(certificate.validTo) < now) return "expired";
  return Date.parse(certificate.validFrom) > now ? "not-yet-valid" : undefined;
}

/** Parses base64 DER, as in headers and JSON; undefined if it is not a certificate. */
export function parseCertificate(base64: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(base64.trim(), "base64"));
  } catch {
    return undefined;
  }
}
