import {
  type Capability,
  defaultHost,
  type Endpoint,
  type EndpointTls,
  isLocalhost,
  namespaceFor,
} from "./endpoint.ts";

/** An image that a runtime pulls. */
export interface ImageAt {
  /** `docker.io`, `registry.example:5000` */
  readonly host: string;
  /** `library/nginx` */
  readonly repository: string;
}

/** One host in containerd's configuration; an empty `host` stands for the image's own registry. */
export interface Host {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly capabilities: readonly Capability[];
  readonly tls: EndpointTls;
  /** Whether the file has TLS settings for it. */
  readonly explicitTls: boolean;
  readonly rewrites: Readonly<Record<string, string>>;
  readonly label: string;
  readonly file: string;
}

/** A host's default capabilities. */
export const ALL: readonly Capability[] = ["pull", "resolve"];

/** The image's own registry, with the TLS settings of a directory. @param directory empty if there is none */
export function ownRegistry(tls: EndpointTls, directory: string): Host {
  const explicitTls = tls.caFiles.length > 0 || tls.clients.length > 0;
  const label = directory === "" ? "containerd's default" : directory;
  return {
    scheme: "",
    host: "",
    path: "",
    capabilities: ALL,
    tls,
    explicitTls,
    rewrites: {},
    label,
    file: directory,
  };
}

/** The host for the image's own registry. */
function atRegistry(host: Host, imageHost: string): Host {
  const own = { ...host, path: "/v2", capabilities: ALL };
  if (imageHost === "docker.io" || !isLocalhost(imageHost)) {
    return { ...own, scheme: "https", host: defaultHost(imageHost) };
  }
  const port = /:(\d+)$/.exec(imageHost)?.[1] ?? "";
  const isTls = port === "" || port === "443";
  const skip = port === "80" ? own.tls : { ...own.tls, skipVerify: true };
  return {
    ...own,
    scheme: isTls ? "https" : "http",
    host: imageHost,
    tls: skip,
    explicitTls: own.explicitTls || port !== "80",
  };
}

/** The endpoints from which containerd pulls an image; a last host without a name is the image's registry. */
export function endpointsAt(hosts: readonly Host[], image: ImageAt): readonly Endpoint[] {
  return hosts.map((host, index) => {
    const own = host.host === "" && index === hosts.length - 1;
    return endpointOf(own ? atRegistry(host, image.host) : host, own, image);
  });
}

function endpointOf(host: Host, own: boolean, image: ImageAt): Endpoint {
  const port = /:(\d+)$/.exec(host.host)?.[1] ?? "";
  // With TLS settings and a port that is not 80, https is tried first.
  const httpFallback = host.scheme === "http" && host.explicitTls && port !== "80";
  return {
    scheme: host.scheme === "http" && !httpFallback ? "http" : "https",
    httpFallback,
    host: host.host,
    path: host.path,
    repository: own ? image.repository : rewritten(image.repository, host.rewrites),
    namespace: namespaceFor(image.host, host.host),
    capabilities: host.capabilities,
    tls: host.tls,
    hasOwnCredentials: false,
    isRegistry: own || host.host === image.host || host.host === defaultHost(image.host),
    source:
      host.file === ""
        ? { kind: "default", label: host.label }
        : { kind: "configuration", label: host.label, path: host.file },
  };
}

/** The repository after the first expression that changes it; replacements have Go's `$1` and `${1}`. */
function rewritten(repository: string, rewrites: Readonly<Record<string, string>>): string {
  for (const [pattern, replacement] of Object.entries(rewrites)) {
    try {
      const changed = repository.replace(
        new RegExp(pattern, "g"),
        replacement.replace(/\$\{(\w+)\}/g, "$$$1"),
      );
      if (changed !== repository) return changed;
    } catch {
      // JavaScript cannot compile all of Go's expressions; containerd skips those that Go cannot compile.
    }
  }
  return repository;
}
