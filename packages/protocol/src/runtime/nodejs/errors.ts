import { TransportError, type TransportErrorFacts, type TransportPhase } from "../../http/transport.ts";
import { systemReason } from "../../system-error.ts";

/** The current step of a request and its peer, for the message when time runs out. */
export interface Progress {
  phase: TransportPhase;
  peer: "server" | "proxy";
  /** The activity, if it is more specific than the phase. */
  activity?: string | undefined;
}

/** The activity of each phase, for a time-out's message. */
const ACTIVITIES: Readonly<Record<TransportPhase, string>> = {
  lookup: "looking up the name",
  connect: "connecting",
  proxy: "waiting for the proxy",
  tls: "agreeing on TLS",
  send: "sending the request",
  receive: "waiting for the response",
};

/** The error of a step that exceeded its time limit (milliseconds). */
export function timedOut({ phase, peer, activity }: Progress, milliseconds: number): TransportError {
  const message = `timed out after ${Math.round(milliseconds)} ms while ${activity ?? ACTIVITIES[phase]}`;
  return new TransportError(phase, "ETIMEDOUT", message, { peer });
}

/**
 * A timer for a time limit (milliseconds). If the process itself was busy, for example loading code on a loaded machine,
 * data that has arrived meanwhile is read first: Node.js runs timers before it reads its sockets.
 */
export function afterReading(action: () => void, milliseconds: number): NodeJS.Timeout {
  return setTimeout(() => setImmediate(action), milliseconds);
}

/** The system's code of an error; `ERR_UNKNOWN` if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "ERR_UNKNOWN";
}

/** The {@link TransportError} for a failure of `what` in this step. */
export function stepFailed(
  error: unknown,
  what: string,
  phase: TransportPhase,
  facts: TransportErrorFacts = {},
): TransportError {
  if (error instanceof TransportError) return error;
  const code = codeOf(error);
  return new TransportError(phase, code, `${what}: ${systemReason(error)}`, { ...facts, cause: error });
}

/** The error for a request that failed on an open connection to `authority` (`host:port`). */
export function exchangeFailed(error: unknown, authority: string, phase: TransportPhase): TransportError {
  if (error instanceof TransportError) return error;
  const code = codeOf(error);
  if (code.startsWith("ERR_SSL_") || code === "EPROTO") {
    const message = `TLS with ${authority}: ${tlsReason(code)}`;
    return new TransportError("receive", "ERR_TLS", message, { cause: error });
  }
  return stepFailed(error, authority, phase);
}

/** The error for a response that is not HTTP, without the reason, which the two runtimes' parsers word differently. */
export function notHttp(authority: string, cause?: unknown): TransportError {
  const message = `the response of ${authority} is not valid HTTP`;
  return new TransportError("receive", "ERR_HTTP_PARSE", message, { cause });
}

/** OpenSSL's reason, worded as in the static runtime. @param code `ERR_SSL_WRONG_VERSION_NUMBER`, `EPROTO` */
export function tlsReason(code: string): string {
  const reason = code.replace(/^ERR_SSL_/, "");
  if (/UNSUPPORTED_PROTOCOL|WRONG_SSL_VERSION/.test(reason)) {
    return "the other side supports neither TLS 1.2 nor TLS 1.3";
  }
  // OpenSSL prefixes received alerts with the protocol that introduced them: "SSLV3_ALERT_HANDSHAKE_FAILURE". Names
  // without a prefix are errors that OpenSSL itself found.
  const [, name = ""] = /^(?:SSLV3|TLSV1|TLSV13|SSL\/TLS)_(?:ALERT_)?(.+)/.exec(reason) ?? [];
  const alert = ALERTS[name];
  if (alert !== undefined) return `the other side refused (${alert})`;
  return "the other side sent something that is not valid TLS";
}

/** OpenSSL's names of the alerts that end a handshake, and those of RFC 8446, section 6. */
const ALERTS: Readonly<Record<string, string>> = {
  UNEXPECTED_MESSAGE: "unexpected_message",
  BAD_RECORD_MAC: "bad_record_mac",
  DECRYPTION_FAILED: "decryption_failed",
  RECORD_OVERFLOW: "record_overflow",
  DECOMPRESSION_FAILURE: "decompression_failure",
  HANDSHAKE_FAILURE: "handshake_failure",
  NO_CERTIFICATE: "no_certificate",
  BAD_CERTIFICATE: "bad_certificate",
  UNSUPPORTED_CERTIFICATE: "unsupported_certificate",
  CERTIFICATE_REVOKED: "certificate_revoked",
  CERTIFICATE_EXPIRED: "certificate_expired",
  CERTIFICATE_UNKNOWN: "certificate_unknown",
  ILLEGAL_PARAMETER: "illegal_parameter",
  UNKNOWN_CA: "unknown_ca",
  ACCESS_DENIED: "access_denied",
  DECODE_ERROR: "decode_error",
  DECRYPT_ERROR: "decrypt_error",
  EXPORT_RESTRICTION: "export_restriction",
  PROTOCOL_VERSION: "protocol_version",
  INSUFFICIENT_SECURITY: "insufficient_security",
  INTERNAL_ERROR: "internal_error",
  INAPPROPRIATE_FALLBACK: "inappropriate_fallback",
  USER_CANCELLED: "user_canceled",
  NO_RENEGOTIATION: "no_renegotiation",
  MISSING_EXTENSION: "missing_extension",
  UNSUPPORTED_EXTENSION: "unsupported_extension",
  CERTIFICATE_UNOBTAINABLE: "certificate_unobtainable",
  UNRECOGNIZED_NAME: "unrecognized_name",
  BAD_CERTIFICATE_STATUS_RESPONSE: "bad_certificate_status_response",
  BAD_CERTIFICATE_HASH_VALUE: "bad_certificate_hash_value",
  UNKNOWN_PSK_IDENTITY: "unknown_psk_identity",
  CERTIFICATE_REQUIRED: "certificate_required",
  NO_APPLICATION_PROTOCOL: "no_application_protocol",
};
