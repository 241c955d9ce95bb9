import type { CertificateProblem, Target, TransportError } from "./transport.ts";

const LOOKUP_CODES = new Set(["ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT"]);

/** The reason and the advice for a failed request, for the person who reads the kubelet's log. */
export function describeTransportError(
  error: TransportError,
  target: Target,
): { reason: string; advice: string } {
  const url = new URL(target.url);
  const proxy = target.proxy === undefined ? undefined : new URL(target.proxy);
  const server = target.tls?.connectTo ?? url.host;
  const ofProxy = proxy !== undefined && error.peer === "proxy";
  const proxied = proxy === undefined || ofProxy ? "" : ` through the proxy ${proxy.host}`;
  const peer = ofProxy ? `the proxy ${proxy.host}` : server;
  const name = ofProxy ? proxy.hostname : url.hostname;
  if (error.phase === "lookup" && LOOKUP_CODES.has(error.code)) {
    const why = error.code === "ETIMEDOUT" ? error.message : error.code;
    return {
      reason: `the name ${name}${ofProxy ? " of the proxy" : ""} could not be resolved (${why})`,
      advice: ofProxy ? "check HTTPS_PROXY and the node's DNS" : "check the node's DNS",
    };
  }
  switch (error.code) {
    case "ERR_TLS_CERTIFICATE":
      return {
        reason: `the TLS certificate of ${name}${ofProxy ? " (the proxy)" : ""} is refused: ${error.message}`,
        advice: certificateAdvice(error.certificate, peer),
      };
    case "ERR_BODY_TOO_LARGE":
      return {
        reason: `the response of ${server} is larger than any credential`,
        advice: "check what responds at this address",
      };
  }
  if (isReportedByProxy(error)) return { reason: error.message, advice: proxyAdvice(error.status, url.host) };
  switch (error.code) {
    case "ECONNREFUSED":
      return {
        reason: `${peer} refused the connection${proxied}`,
        advice: `check that the node can reach ${peer}${proxied}`,
      };
    case "ECONNRESET":
    case "EPIPE":
      return {
        reason: `${peer} closed the connection${proxied} (${error.code} during ${error.phase})`,
        advice: "check firewalls and proxies between the node and the API",
      };
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return {
        reason: `no route to ${peer}${proxied} (${error.code})`,
        advice: "check the node's routes, NAT and private endpoints",
      };
    case "ETIMEDOUT":
    case "ERR_TIME_USED_UP":
      return {
        reason: `no response from ${peer}${proxied} in time (${error.phase}: ${error.message})`,
        advice: "check routes, security groups, NAT and private endpoints; IMAGECRED_TIMEOUT sets the limit",
      };
    default:
      return {
        reason: `${error.message} (${error.code} during ${error.phase})${proxied}`,
        advice: `check what responds at ${peer}`,
      };
  }
}

/** Whether the proxy reported the failure; otherwise the connection itself broke. */
function isReportedByProxy({ phase, code }: TransportError): boolean {
  return code === "ERR_PROXY" || (phase === "proxy" && !["ECONNRESET", "EPIPE", "ETIMEDOUT"].includes(code));
}

function certificateAdvice(problem: CertificateProblem | undefined, peer: string): string {
  switch (problem) {
    case "expired":
    case "not-yet-valid":
      return `check the node's clock; if it is right, ${peer} needs a new certificate`;
    case "wrong-name":
      return `check what responds as ${peer}: DNS, private endpoints, a proxy that intercepts TLS`;
    case "other":
      return `check what responds as ${peer}`;
    default:
      return "add a private or proxy CA to the node's trust store, or set SSL_CERT_FILE to its file";
  }
}

function proxyAdvice(status: number | undefined, server: string): string {
  switch (status) {
    case 407:
      return "put the user name and password into HTTPS_PROXY (http://user:password@host:port, percent-encoded)";
    case 502:
    case 503:
    case 504:
      return `check that the proxy can reach ${server}, or name ${server} in NO_PROXY`;
    default:
      return "check HTTPS_PROXY and NO_PROXY, and what the proxy allows";
  }
}
