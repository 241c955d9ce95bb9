import type { Target, TransportError } from "./transport.ts";

/** What a broken exchange means, and what to do about it, for the person who reads the kubelet's log. */
export function describeTransportError(
  error: TransportError,
  target: Target,
): { reason: string; advice: string } {
  const url = new URL(target.url);
  const host = target.tls?.connectTo ?? url.host;
  const proxied = target.proxy === undefined ? "" : ` through the proxy ${new URL(target.proxy).host}`;
  switch (error.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return {
        reason: `the name ${url.hostname} could not be resolved (${error.code})`,
        advice: "check the node's DNS",
      };
    case "ECONNREFUSED":
      return {
        reason: `${host} refused the connection${proxied}`,
        advice: `check that the node can reach ${host}${proxied}`,
      };
    case "ECONNRESET":
    case "EPIPE":
      return {
        reason: `${host} closed the connection${proxied} (${error.code} during ${error.phase})`,
        advice: "check firewalls and proxies between the node and the API",
      };
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return {
        reason: `no route to ${host}${proxied} (${error.code})`,
        advice: "check the node's routes, NAT and private endpoints",
      };
    case "ETIMEDOUT":
      return {
        reason: `no answer from ${host}${proxied} in time (${error.phase}: ${error.message})`,
        advice: "check routes, security groups, NAT and private endpoints; IMAGECRED_TIMEOUT sets the limit",
      };
    case "ERR_TLS_CERTIFICATE":
      return {
        reason: `the TLS certificate of ${url.hostname} is not trusted: ${error.message}`,
        advice: "add a private or proxy CA to the node's trust store or name it in SSL_CERT_FILE",
      };
    case "ERR_PROXY":
      return {
        reason: `the proxy would not connect: ${error.message}`,
        advice: "check HTTPS_PROXY and NO_PROXY",
      };
    case "ERR_BODY_TOO_LARGE":
      return {
        reason: `the answer of ${host} is larger than any credential`,
        advice: "check what answers at this address",
      };
    default:
      return {
        reason: `${error.message} (${error.code} during ${error.phase})${proxied}`,
        advice: `check what answers at ${host}`,
      };
  }
}
