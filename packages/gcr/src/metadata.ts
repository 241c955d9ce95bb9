import { type Context, CredentialError, type TransportResponse } from "@imagecred/protocol";

/**
 * The metadata server of Compute Engine and GKE, by address: the name `metadata.google.internal` would cost a lookup and
 * is only as good as the node's DNS. https://cloud.google.com/compute/docs/metadata/querying-metadata
 */
const DEFAULT_HOST = "169.254.169.254";

/** Google's client libraries take another host[:port] from here. */
const HOST_VARIABLE = "GCE_METADATA_HOST";

const FLAVOR = "Google";

/**
 * Reads one value of the metadata server.
 * @param path below /computeMetadata/v1/
 * @param operation for messages and logs: "token"
 * @throws {CredentialError} when no answer came, or one that is not a metadata server's. A status is an response.
 */
export async function readMetadata(
  context: Context,
  path: string,
  operation: string,
): Promise<TransportResponse> {
  const response = await context.http.metadata({
    service: "the metadata server",
    operation,
    method: "GET",
    url: `http://${metadataHost(context)}/computeMetadata/v1/${path}`,
    headers: { "metadata-flavor": FLAVOR },
  });
  // Errors of the real server carry the header too; a proxy's or a captive portal's page does not.
  if (response.headers["metadata-flavor"] === FLAVOR) return response;
  throw new CredentialError({
    action: `asking the metadata server (${operation})`,
    reason: `status ${response.status} without the header Metadata-Flavor: Google, so something else answered`,
    advice: `check what answers at ${metadataHost(context)}`,
  });
}

function metadataHost({ env }: Context): string {
  const host = env[HOST_VARIABLE] || DEFAULT_HOST;
  if (/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host)) return host;
  throw new CredentialError({
    action: "finding the metadata server",
    reason: `${HOST_VARIABLE} is ${JSON.stringify(host)}`,
    advice: "give a host or host:port, without http://",
  });
}
