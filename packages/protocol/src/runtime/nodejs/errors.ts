import { type CertificateProblem, TransportError, type TransportPhase } from "../../http/transport.ts";

/** OpenSSL's verification results, as Node names them, that mean "this certificate is not trusted". */
const CERTIFICATE_CODES =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_CERT)/;

/** Node's errors in the vocabulary of {@link TransportError}. */
export function transportErrorFrom(error: unknown, phase: TransportPhase): TransportError {
  if (error instanceof TransportError) return error;
  const cause = firstOf(error);
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "ERR_UNKNOWN";
  if (CERTIFICATE_CODES.test(code))
    return new TransportError("tls", "ERR_TLS_CERTIFICATE", message, {
      cause,
      certificate: certificateProblem(code),
    });
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return new TransportError("lookup", code, message, { cause });
  if (code.startsWith("HPE_")) return new TransportError("receive", "ERR_HTTP_PARSE", message, { cause });
  if (code.startsWith("ERR_SSL_") || code === "EPROTO")
    return new TransportError("tls", "ERR_TLS", message, { cause });
  return new TransportError(phase, code, message, { cause });
}

function certificateProblem(code: string): CertificateProblem {
  if (code === "CERT_HAS_EXPIRED") return "expired";
  if (code === "CERT_NOT_YET_VALID") return "not-yet-valid";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID" || code === "HOSTNAME_MISMATCH") return "wrong-name";
  return /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_UNTRUSTED|CERT_SIGNATURE)/.test(code)
    ? "unknown-issuer"
    : "other";
}

/** With several addresses to try, Node gathers the failures; the first address is the preferred one. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError ? (error.errors[0] ?? error) : error;
}
