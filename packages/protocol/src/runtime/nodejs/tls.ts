import { isIP, type Socket } from "node:net";
import {
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  connect as tlsConnect,
} from "node:tls";
import { type CertificateProblem, TransportError } from "../../http/transport.ts";
import { codeOf, type Progress, stepFailed, tlsReason } from "./errors.ts";
import { configuredTrust, type TrustedCertificates, trustedCertificates } from "./trust.ts";

/** The peer of a TLS session. */
export interface Session {
  /** Sent as SNI and checked against the certificate. */
  readonly serverName: string;
  /** PEM that replaces the system's trust store. */
  readonly ca: string | undefined;
  /** PEM, for a server that asks for a client certificate. */
  readonly client?: { readonly certificate: string; readonly key: string } | undefined;
  /** For messages: `api.example:443`, `the proxy p.example:8443`. */
  readonly authority: string;
}

interface Trust {
  readonly context: SecureContext;
  /** The source of its certificates, for messages. */
  readonly source: string;
}

let systemTrust: Promise<Trust> | undefined;

/** Starts TLS on an open connection. @throws {TransportError} */
export async function secured(tcp: Socket, session: Session, progress: Progress): Promise<Socket> {
  const { serverName, authority } = session;
  progress.phase = "tls";
  progress.activity = `reading the trusted certificates (${configuredTrust(process.env)})`;
  const { context, source } = await trustFor(session);
  progress.activity = undefined;
  if (tcp.destroyed) {
    throw stepFailed(
      Object.assign(new Error("closed"), { code: "ECONNRESET" }),
      `TLS with ${authority}`,
      "tls",
    );
  }
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({
      socket: tcp,
      host: serverName,
      ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
      secureContext: context,
      minVersion: "TLSv1.2",
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: true,
      checkServerIdentity: identityProblem,
    });
    let certificate: PeerCertificate | undefined;
    // Before Node.js checks the certificate and possibly closes the connection: the message describes it.
    socket.prependListener("secure", () => {
      certificate = socket.getPeerCertificate();
    });
    socket.once("secureConnect", () => {
      socket.on("error", () => {});
      resolve(socket);
    });
    socket.once("error", (error) => reject(tlsFailed(error, session, certificate, source)));
    tcp.once("close", () => {
      const closed = Object.assign(new Error("closed"), { code: "ECONNRESET" });
      reject(stepFailed(closed, `TLS with ${authority}`, "tls"));
    });
  });
}

async function trustFor({ ca, client, authority }: Session): Promise<Trust> {
  if (client !== undefined) {
    const trusted =
      ca === undefined ? await trustedCertificates(process.env) : { pem: [ca], source: "the given CA" };
    return trustIn({ problem: undefined, ...trusted }, client, authority);
  }
  if (ca !== undefined)
    return { context: createSecureContext({ ca: pemCertificates(ca) }), source: "the given CA" };
  systemTrust ??= trustedCertificates(process.env).then((trusted) => trustIn(trusted));
  return await systemTrust;
}

function trustIn(
  { pem, problem, source }: TrustedCertificates,
  client?: Session["client"],
  authority?: string,
): Trust {
  if (problem !== undefined) throw new TransportError("tls", problem.code, problem.message);
  const ca = pem.flatMap(pemCertificates);
  if (client === undefined) return { context: createSecureContext({ ca }), source };
  const { certificate: cert, key } = client;
  try {
    return { context: createSecureContext({ ca, cert, key }), source };
  } catch (error) {
    const what = `TLS with ${authority}: the client certificate and its key do not fit or cannot be read`;
    throw new TransportError("tls", "ERR_TLS", what, { cause: error });
  }
}

/**
 * The certificates of a PEM text (RFC 7468), one by one, in the form that OpenSSL reads: it would ignore all blocks after
 * one that it cannot read. Like the static runtime, this accepts white space anywhere in a block. A block without an end,
 * or that is not base64, is skipped.
 */
function pemCertificates(text: string): string[] {
  const blocks = text.matchAll(/-----BEGIN (?:X509 )?CERTIFICATE-----([^-]*)-----END /g);
  return Array.from(blocks, ([, body = ""]) => body).flatMap((body) => {
    const lines = /^\r?\n(?:[A-Za-z0-9+/=]{1,76}\r?\n)+$/.test(body) ? body : rewrapped(body);
    return lines === undefined ? [] : [`-----BEGIN CERTIFICATE-----${lines}-----END CERTIFICATE-----\n`];
  });
}

/** Base64 in lines of 64 characters, as OpenSSL needs it; undefined if it is not base64. */
function rewrapped(body: string): string | undefined {
  try {
    return `\n${(btoa(atob(body)).match(/.{1,64}/g) ?? []).join("\n")}\n`;
  } catch {
    return undefined;
  }
}

/** Checks subject alternative names only: RFC 6125, and Go since 1.15, ignore the common name. */
function identityProblem(host: string, certificate: PeerCertificate): Error | undefined {
  if (/(?:^|, )(?:DNS|IP Address):/.test(certificate.subjectaltname ?? "")) {
    return checkServerIdentity(host, certificate);
  }
  return Object.assign(new Error("no subject alternative name"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
}

/** Node.js's names of OpenSSL's verification results. */
const CERTIFICATE_CODES =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH|ERR_TLS_CERT|ERROR_IN_CERT)/;

function tlsFailed(
  error: Error,
  session: Session,
  certificate: PeerCertificate | undefined,
  source: string,
): TransportError {
  const code = codeOf(error);
  if (CERTIFICATE_CODES.test(code)) {
    const [problem, words] = describeCertificate(code, error, session.serverName, certificate, source);
    return new TransportError("tls", "ERR_TLS_CERTIFICATE", words, { certificate: problem, cause: error });
  }
  const what = `TLS with ${session.authority}`;
  if (!code.startsWith("ERR_SSL_") && code !== "EPROTO") return stepFailed(error, what, "tls");
  return new TransportError("tls", "ERR_TLS", `${what}: ${tlsReason(code)}`, { cause: error });
}

/** The problem and its description, worded as in the static runtime. */
function describeCertificate(
  code: string,
  error: Error,
  name: string,
  certificate: PeerCertificate | undefined,
  source: string,
): readonly [CertificateProblem, string] {
  const clock = `this machine's clock says ${isoTime(Date.now())}`;
  switch (code) {
    case "CERT_HAS_EXPIRED": {
      const end = Date.parse(certificate?.valid_to ?? "");
      // It may be an intermediate certificate that has expired.
      const words =
        end < Date.now() ? `it expired at ${isoTime(end)}` : "a certificate in its chain has expired";
      return ["expired", `${words}; ${clock}`];
    }
    case "CERT_NOT_YET_VALID": {
      const start = Date.parse(certificate?.valid_from ?? "");
      const words =
        start > Date.now()
          ? `it is not valid before ${isoTime(start)}`
          : "a certificate in its chain is not valid yet";
      return ["not-yet-valid", `${words}; ${clock}`];
    }
    case "ERR_TLS_CERT_ALTNAME_INVALID":
    case "HOSTNAME_MISMATCH":
      return ["wrong-name", `it is ${namesOf(certificate)}, not for ${name}`];
    case "CERT_REVOKED":
      return ["other", "it has been revoked"];
    case "CERT_SIGNATURE_FAILURE":
      return ["unknown-issuer", "its signature is not that of the authority that it names"];
  }
  if (/^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_UNTRUSTED)/.test(code)) {
    return ["unknown-issuer", `it is signed by an authority that is not in ${source}`];
  }
  return ["other", `it is refused: ${error.message}`];
}

/** The number of a certificate's names that a message shows at most. */
const NAMES_SHOWN = 5;

function namesOf(certificate: PeerCertificate | undefined): string {
  const names = (certificate?.subjectaltname ?? "").split(", ").flatMap((entry) => {
    const [, value] = /^(?:DNS|IP Address):(.+)$/.exec(entry) ?? [];
    return value === undefined ? [] : [value];
  });
  if (names.length === 0) return "without a subject alternative name";
  const shown = names.slice(0, NAMES_SHOWN);
  if (names.length > NAMES_SHOWN) shown.push(`${names.length - NAMES_SHOWN} more`);
  const last = shown.pop() ?? "";
  return shown.length === 0 ? `for ${last}` : `for ${shown.join(", ")} and ${last}`;
}

/** RFC 3339, in UTC, whole seconds. */
function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}
