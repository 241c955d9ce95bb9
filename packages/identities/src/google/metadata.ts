import { type Context, CredentialError, TransportError, type TransportResponse } from "@imagecred/protocol";

/**
 * The metadata server of Compute Engine and GKE. The address is used because the name would need a lookup and the node's
 * DNS. https://cloud.google.com/compute/docs/metadata/querying-metadata
 */
const IPV4_HOST = "169.254.169.254";

/** Its hosts for a node without IPv4: the name in /etc/hosts or DNS, and the IPv6 address. */
const IPV6_HOSTS = ["metadata.google.internal", "[fd20:ce::254]"];

/** Google's client libraries read another host[:port] from this variable. */
const HOST_VARIABLE = "GCE_METADATA_HOST";

const FLAVOR = "Google";

/**
 * Reads one value of the metadata server.
 * @param path below /computeMetadata/v1/
 * @param operation for messages and logs: "token"
 * @returns the response, with any status
 * @throws {CredentialError} if there was no response, or one that is not a metadata server's
 */
export async function readMetadata(
  context: Context,
  path: string,
  operation: string,
): Promise<TransportResponse> {
  const configured = context.env[HOST_VARIABLE];
  const [host, ...others] = configured ? [configuredHost(configured)] : [IPV4_HOST, ...IPV6_HOSTS];
  try {
    return await ask(context, host ?? IPV4_HOST, path, operation);
  } catch (first) {
    if (!hasNoRoute(first)) throw withAdvice(first);
    for (const other of others) {
      try {
        return await ask(context, other, path, operation);
      } catch (error) {
        if (!hasNoRoute(error)) throw withAdvice(error);
      }
    }
    throw first;
  }
}

async function ask(
  context: Context,
  host: string,
  path: string,
  operation: string,
): Promise<TransportResponse> {
  const response = await context.http.metadata({
    service: "the metadata server",
    operation,
    method: "GET",
    url: `http://${host}/computeMetadata/v1/${path}`,
    headers: { "metadata-flavor": FLAVOR },
  });
  // The real server's errors have the header too; a proxy's or a captive portal's page does not.
  if (response.headers["metadata-flavor"] === FLAVOR) return response;
  const { adviceElsewhere } = await import("../elsewhere.ts");
  throw new CredentialError({
    action: `asking the metadata server (${operation})`,
    reason: `status ${response.status} without the header Metadata-Flavor: Google, so another server responded`,
    advice: adviceElsewhere(response.headers, "google") ?? `check what responds at ${host}`,
  });
}

/** This machine has no route to the address: nothing was sent. */
const NO_ROUTE = ["EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "ENOTFOUND", "EAI_AGAIN"];

function hasNoRoute(error: unknown): boolean {
  const cause = error instanceof CredentialError ? error.cause : undefined;
  return cause instanceof TransportError && NO_ROUTE.includes(cause.code);
}

/** Replaces the default advice for a slow server, which is about routes and firewalls: this one is on the same machine. */
function withAdvice(error: unknown): unknown {
  const cause = error instanceof CredentialError ? error.cause : undefined;
  if (!(error instanceof CredentialError && cause instanceof TransportError)) return error;
  if (!["ETIMEDOUT", "ERR_TIME_USED_UP"].includes(cause.code) || cause.phase === "connect") return error;
  return error.with({
    advice:
      "the metadata server accepted the connection but did not respond: check whether it is overloaded (on GKE, the gke-metadata-server pod of this node); IMAGECRED_TIMEOUT sets the limit",
  });
}

/** The configured host; an IPv6 address may lack its brackets. */
function configuredHost(host: string): string {
  if (/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host)) return host;
  if (/^[0-9A-Fa-f:.]+$/.test(host) && host.split(":").length > 2) return `[${host}]`;
  throw new CredentialError({
    action: "finding the metadata server",
    reason: `${HOST_VARIABLE} is ${JSON.stringify(host)}`,
    advice: "set it to a host or host:port, without http://, and an IPv6 address in brackets",
    failure: "misconfigured",
  });
}
