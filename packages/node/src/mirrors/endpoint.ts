import type { Files } from "../files/files.ts";
import { joinPath } from "../files/paths.ts";
import { listDirectory } from "../files/read-text.ts";
import type { Source } from "../flags/flag.ts";

/** The requests that an endpoint serves: content by digest (`pull`), and digests of tags (`resolve`). */
export type Capability = "pull" | "resolve";

/** How a runtime checks an endpoint's certificate. Paths are the runtime's own. */
export interface EndpointTls {
  /** Files with certificate authorities, besides the system's. */
  readonly caFiles: readonly string[];
  /** Client certificates; if the key is undefined, it is in the same file. */
  readonly clients: readonly { readonly certificate: string; readonly key: string | undefined }[];
  /** Whether the certificate is not checked. */
  readonly skipVerify: boolean;
}

/** One endpoint from which a container runtime pulls an image. */
export interface Endpoint {
  readonly scheme: "https" | "http";
  /** Whether plain http is tried if https fails in TLS. */
  readonly httpFallback: boolean;
  /** `host` or `host:port` of the requests. */
  readonly host: string;
  /** Root path of the API: `/v2`, `/v2/project`, or any path if it is overridden; without a slash at the end. */
  readonly path: string;
  /** The image's repository at this endpoint: `library/nginx`. */
  readonly repository: string;
  /** Value of the query parameter `ns` with the image's registry, for mirrors; undefined if it is not sent. */
  readonly namespace: string | undefined;
  readonly capabilities: readonly Capability[];
  readonly tls: EndpointTls;
  /** Whether the runtime's own configuration has credentials for this host, which it uses after the kubelet's. */
  readonly hasOwnCredentials: boolean;
  /** Whether this is the image's own registry, not a mirror. */
  readonly isRegistry: boolean;
  readonly source: Source;
}

/** The endpoints from which a container runtime pulls an image. */
export interface Route {
  readonly runtime: "containerd" | "CRI-O";
  /**
   * In order; each is used if the one before it failed. Both runtimes send the kubelet's credential to all of them.
   */
  readonly endpoints: readonly Endpoint[];
  /** Why the runtime does not pull this image at all; undefined if it does. */
  readonly blocked: string | undefined;
  /** Files that could not be read or parsed and can change the endpoints, each a sentence. */
  readonly unseen: readonly string[];
}

/** The URL of an image's manifest at an endpoint. @param reference a tag or digest */
export function manifestUrl(
  { scheme, host, path, repository, namespace }: Endpoint,
  reference: string,
): string {
  const query = namespace === undefined ? "" : `?ns=${encodeURIComponent(namespace)}`;
  return `${scheme}://${host}${path}/${repository}/manifests/${reference}${query}`;
}

export const NO_TLS: EndpointTls = { caFiles: [], clients: [], skipVerify: false };

/** TLS settings of a directory in Docker's layout: `.crt` for authorities, `.cert` and `.key` for clients. */
export function certificatesIn(files: Files, directory: string): EndpointTls {
  const listing = listDirectory(files, directory);
  const names = listing.state === "read" ? listing.names : [];
  const at = (name: string) => joinPath(directory, name);
  return {
    caFiles: names.filter((name) => name.endsWith(".crt")).map(at),
    clients: names
      .filter((name) => name.endsWith(".cert"))
      .map((name) => {
        const key = name.replace(/\.cert$/, ".key");
        return { certificate: at(name), key: names.includes(key) ? at(key) : undefined };
      }),
    skipVerify: false,
  };
}

/** The host of a registry's API: names of Docker Hub's images have docker.io instead (containerd, docker.DefaultHost). */
export function defaultHost(host: string): string {
  return host === "docker.io" ? "registry-1.docker.io" : host;
}

/** `localhost`, 127.0.0.0/8 or ::1, with or without a port (containerd, docker.MatchLocalhost). */
export function isLocalhost(host: string): boolean {
  if (host === "::1" || host === "[::1]") return true;
  const name = host.replace(/:\d*$/, "");
  return name === "localhost" || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** The parameter `ns` for an endpoint that is not the image's own registry. */
export function namespaceFor(imageHost: string, endpoint: string): string | undefined {
  return endpoint === imageHost || endpoint === defaultHost(imageHost) ? undefined : imageHost;
}

/** Scheme, host and path of a URL as in Go's url.Parse, without user and query; undefined if Go rejects it. */
export function parseUrl(
  text: string,
): { readonly scheme: string; readonly host: string; readonly path: string } | undefined {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)/.exec(text);
  if (match === null) return /^[^:]*$/.test(text) ? { scheme: "", host: "", path: text } : undefined;
  const [, scheme = "", authority = "", path = ""] = match;
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (/[\s"<>\\^`{|}]/.test(host) || /:(?!\d*$)/.test(host.replace(/^\[[^\]]*\]/, ""))) return undefined;
  return { scheme: scheme.toLowerCase(), host, path };
}
