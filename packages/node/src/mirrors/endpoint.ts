import type { Files } from "../files/files.ts";
import { joinPath } from "../files/paths.ts";
import { listDirectory } from "../files/read-text.ts";
import type { Source } from "../flags/flag.ts";

/** What a runtime may ask an endpoint for: contents by digest (`pull`), and what a tag means (`resolve`). */
export type Capability = "pull" | "resolve";

/** How a runtime checks an endpoint's certificate. Paths are the runtime's own. */
export interface EndpointTls {
  /** Files with certificate authorities, besides the system's. */
  readonly caFiles: readonly string[];
  /** Certificates to show; the key is in the same file where it is undefined. */
  readonly clients: readonly { readonly certificate: string; readonly key: string | undefined }[];
  /** Whether any certificate will do. */
  readonly skipVerify: boolean;
}

/** One place that a container runtime goes to for an image. */
export interface Endpoint {
  readonly scheme: "https" | "http";
  /** Whether plain http is tried where https fails at TLS. */
  readonly httpFallback: boolean;
  /** `host` or `host:port`, as the request names it. */
  readonly host: string;
  /** The API's root: `/v2`, `/v2/project`, or anything where the path is overridden; no slash at the end. */
  readonly path: string;
  /** The image's repository as this endpoint is asked for it: `library/nginx`. */
  readonly repository: string;
  /** Value of the query parameter `ns`, by which a mirror learns the image's registry; undefined where none is sent. */
  readonly namespace: string | undefined;
  readonly capabilities: readonly Capability[];
  readonly tls: EndpointTls;
  /** Whether the runtime's own configuration has credentials for this host, which come after the kubelet's. */
  readonly hasOwnCredentials: boolean;
  /** The registry of the image's name itself, and no mirror. */
  readonly isRegistry: boolean;
  readonly source: Source;
}

/** Where a container runtime goes for an image. */
export interface Route {
  readonly runtime: "containerd" | "CRI-O";
  /**
   * In the order in which they are asked, each when the one before it failed. Both runtimes hand the kubelet's
   * credential to every one of them.
   */
  readonly endpoints: readonly Endpoint[];
  /** Why the runtime pulls this image from nowhere; undefined where it does. */
  readonly blocked: string | undefined;
  /** Files that could not be read or understood and may lead elsewhere, each a sentence. */
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

/** TLS settings of a directory in Docker's layout: `.crt` authorities, `.cert` and `.key` of a client. */
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

/** Docker Hub's images are named docker.io, its API is elsewhere (containerd, docker.DefaultHost). */
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

/** Scheme, host and path of a URL as Go's url.Parse gives them, no user and no query; undefined for what it refuses. */
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
