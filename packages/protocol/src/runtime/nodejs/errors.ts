import { TransportError, type TransportErrorFacts, type TransportPhase } from "../../http/transport.ts";

/** The step that an exchange is at, and with whom: for naming it when time runs out. */
export interface Progress {
  phase: TransportPhase;
  peer: "server" | "proxy";
  /** Says more than the phase: what is waited for. */
  doing?: string | undefined;
}

/** What was being done, for a time-out's message. */
const DOING: Readonly<Record<TransportPhase, string>> = {
  lookup: "looking up the name",
  connect: "connecting",
  proxy: "waiting for the proxy",
  tls: "agreeing on TLS",
  send: "sending the request",
  receive: "waiting for the response",
};

/** The failure to make a step within the time (milliseconds). */
export function timedOut({ phase, peer, doing }: Progress, milliseconds: number): TransportError {
  const message = `timed out after ${Math.round(milliseconds)} ms while ${doing ?? DOING[phase]}`;
  return new TransportError(phase, "ETIMEDOUT", message, { peer });
}

/** The system's codes in words, the same as in the static runtime. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the other side closed the connection",
  ETIMEDOUT: "timed out",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "the network is unreachable",
};

/** The system's code of an error; `ERR_UNKNOWN` for one without. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "ERR_UNKNOWN";
}

/** `what` failed in this step, in the vocabulary of {@link TransportError}. */
export function stepFailed(
  error: unknown,
  what: string,
  phase: TransportPhase,
  facts: TransportErrorFacts = {},
): TransportError {
  if (error instanceof TransportError) return error;
  const code = codeOf(error);
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new TransportError(phase, code, `${what}: ${reason}`, { ...facts, cause: error });
}

/** The failure of a request on an open connection. */
export function exchangeFailed(error: unknown, origin: string, phase: TransportPhase): TransportError {
  if (error instanceof TransportError) return error;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code.startsWith("HPE_"))
    return new TransportError("receive", "ERR_HTTP_PARSE", message, { cause: error });
  if (code.startsWith("ERR_SSL_")) return new TransportError("tls", "ERR_TLS", message, { cause: error });
  return stepFailed(error, origin, phase);
}
