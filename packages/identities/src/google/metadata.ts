import { type Context, CredentialError, TransportError, type TransportResponse } from "@imagecred/protocol";

/**
 * The metadata server of Compute Engine and GKE, by address: the name would cost a lookup and is only as good as the node's
 * DNS. https://cloud.google.com/compute/docs/metadata/querying-metadata
 */
const IPV4_HOST = "169.254.169.254";

/** Where a node without IPv4 finds it: by the name that /etc/hosts or DNS has, and at its address. */
const IPV6_HOSTS = ["metadata.google.internal", "[fd20:ce::254]"];

/** Google's client libraries read another host[:port] from here. */
const HOST_VARIABLE = "GCE_METADATA_HOST";

const FLAVOR = "Google";

/**
 * Reads one value of the metadata server.
 * @param path below /computeMetadata/v1/
 * @param operation for messages and logs: "token"
 * @throws {CredentialError} when nothing answered, or something that is not a metadata server. A status is an answer.
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
  // Errors of the real server carry the header too; a proxy's or a captive portal's page does not.
  if (response.headers["metadata-flavor"] === FLAVOR) return response;
  const { adviceElsewhere } = await import("../elsewhere.ts");
  throw new CredentialError({
    action: `asking the metadata server (${operation})`,
    reason: `status ${response.status} without the header Metadata-Flavor: Google, so something else answered`,
    advice: adviceElsewhere(response.headers, "google") ?? `check what answers at ${host}`,
  });
}

/** No way from this machine to the address: nothing was sent. */
const NO_ROUTE = ["EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "ENOTFOUND", "EAI_AGAIN"];

function hasNoRoute(error: unknown): boolean {
  const cause = error instanceof CredentialError ? error.cause : undefined;
  return cause instanceof TransportError && NO_ROUTE.includes(cause.code);
}

/** The general advice for a server that is slow is about routes and firewalls, and there are none before this one. */
function withAdvice(error: unknown): unknown {
  const cause = error instanceof CredentialError ? error.cause : undefined;
  if (!(error instanceof CredentialError && cause instanceof TransportError)) return error;
  if (!["ETIMEDOUT", "ERR_TIME_USED_UP"].includes(cause.code) || cause.phase === "connect") return error;
  return error.with({
    advice:
      "the metadata server accepted the connection and did not answer: see whether it is overloaded (on GKE, the gke-metadata-server pod of this node); IMAGECRED_TIMEOUT sets the limit",
  });
}

/** An IPv6 address may come without its brackets. */
function configuredHost(host: string): string {
  if (/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host)) return host;
  if (/^[0-9A-Fa-f:.]+$/.test(host) && host.split(":").length > 2) return `[${host}]`;
  throw new CredentialError({
    action: "finding the metadata server",
    reason: `${HOST_VARIABLE} is ${JSON.stringify(host)}`,
    advice: "give a host or host:port, without http://, and an IPv6 address in brackets",
    failure: "misconfigured",
  });
}
