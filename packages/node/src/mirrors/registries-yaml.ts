import type { Files } from "../files/files.ts";
import { joinPath } from "../files/paths.ts";
import { readText } from "../files/read-text.ts";
import { entryOf, readYaml, textOf, type YamlEntry, type YamlValue } from "../files/yaml.ts";
import { ALL, endpointsAt, type Host, type ImageAt, ownRegistry } from "./containerd-host.ts";
import { defaultHost, type EndpointTls, isLocalhost, NO_TLS, parseUrl, type Route } from "./endpoint.ts";

/** The registries.yaml of k3s or RKE2. */
export interface RegistriesFile {
  readonly path: string;
  /** Whether images are pulled only from mirrors (--disable-default-registry-endpoint). */
  readonly mirrorsOnly: boolean;
}

/**
 * The endpoints from which containerd pulls an image after k3s or RKE2 has written its files from registries.yaml, for nodes on
 * which these files cannot be read. First the mirrors of the image's host, else those of `*`, each with its rewrites and the TLS
 * settings of `configs`; then the registry itself, unless it is the last mirror or only mirrors are used.
 * (k3s, pkg/agent/containerd/config.go: getHostConfigs)
 */
export function registriesRoute(files: Files, { path, mirrorsOnly }: RegistriesFile, image: ImageAt): Route {
  const text = readText(files, path);
  const yaml = text.state === "read" ? readYaml(text.text) : text;
  const unseen = yaml.state === "unreadable" ? [`${path} cannot be read: ${yaml.reason}`] : [];
  const root = yaml.state === "read" ? yaml.value : undefined;
  const mirrors = entryOf(root, "mirrors")?.value;
  const configs = entryOf(root, "configs")?.value;
  const found =
    hostsFor(image.host, mirrors, configs, path, mirrorsOnly) ??
    hostsFor("*", mirrors, configs, path, mirrorsOnly);
  const hosts = found ?? [ownRegistry(NO_TLS, "")];
  const endpoints = endpointsAt(hosts, image).map((endpoint) =>
    hasAuth(configs, endpoint.host) ? { ...endpoint, hasOwnCredentials: true } : endpoint,
  );
  const blocked = endpoints.length === 0 ? `${path} leaves no endpoint for ${image.host}` : undefined;
  return { runtime: "containerd", endpoints, blocked, unseen };
}

/** undefined if k3s would write no file for this name. */
function hostsFor(
  name: string,
  mirrors: YamlValue | undefined,
  configs: YamlValue | undefined,
  path: string,
  mirrorsOnly: boolean,
): readonly Host[] | undefined {
  const mirror = entryOf(mirrors, name);
  const config = entryOf(configs, name);
  const tls = tlsOf(config?.value ?? configFor(configs, name));
  const urls = endpointsOf(mirror?.value);
  if (urls.length === 0 && tls === undefined && entryOf(config?.value, "auth") === undefined)
    return undefined;
  const rewrites = rewritesOf(entryOf(mirror?.value, "rewrite")?.value);
  const own: Host = { ...ownRegistry(tls ?? NO_TLS, ""), ...place(path, config ?? mirror) };
  const parsed = urls.flatMap((url): readonly Host[] => {
    const host = mirrorHost(url, configs, rewrites, place(path, url.at ?? mirror));
    return host === undefined ? [] : [host];
  });
  const unique = parsed.filter(
    (host, index) => parsed.findIndex((one) => one.host === host.host && one.path === host.path) === index,
  );
  const last = unique.at(-1);
  // The registry itself as the last mirror replaces the default, and then has the mirror's rewrites.
  const isOwn = last !== undefined && name !== "*" && last.host === defaultHost(name) && last.path === "/v2";
  if (isOwn || (mirrorsOnly && config === undefined)) return unique;
  return [...unique, own];
}

interface MirrorUrl {
  readonly text: string;
  readonly at: { readonly line: number } | undefined;
}

function endpointsOf(mirror: YamlValue | undefined): readonly MirrorUrl[] {
  const value = entryOf(mirror, "endpoint")?.value;
  const items = value?.kind === "list" ? value.items : [];
  return items.flatMap((item) => {
    const text = textOf(item);
    return text === undefined ? [] : [{ text, at: item }];
  });
}

function mirrorHost(
  { text }: MirrorUrl,
  configs: YamlValue | undefined,
  rewrites: Readonly<Record<string, string>>,
  where: Pick<Host, "label" | "file">,
): Host | undefined {
  const withoutScheme = text.includes("://") ? text : text.replace(/^\/\//, "");
  const host = withoutScheme.split("/")[0] ?? "";
  const port = /:(\d+)$/.exec(host)?.[1];
  const plain = isLocalhost(host) && port !== undefined && port !== "443";
  const url = parseUrl(text.includes("://") ? text : `${plain ? "http" : "https"}://${withoutScheme}`);
  if (url === undefined) return undefined;
  const usual = url.path === "" || url.path === "/" || url.path === "/v2";
  const tls = tlsOf(configFor(configs, url.host === "registry-1.docker.io" ? "docker.io" : url.host));
  return {
    scheme: url.scheme,
    host: defaultHost(url.host),
    path: usual ? "/v2" : url.path.replace(/\/+$/, ""),
    capabilities: ALL,
    tls: tls ?? NO_TLS,
    explicitTls: tls !== undefined,
    rewrites,
    ...where,
  };
}

/** The settings of a host; Docker Hub's can be under either of its names. */
function configFor(configs: YamlValue | undefined, host: string): YamlValue | undefined {
  const other = defaultHost(host);
  return (other === host ? undefined : entryOf(configs, other)?.value) ?? entryOf(configs, host)?.value;
}

function hasAuth(configs: YamlValue | undefined, host: string): boolean {
  const name = host === "registry-1.docker.io" ? "docker.io" : host;
  return entryOf(configFor(configs, name), "auth") !== undefined;
}

function tlsOf(config: YamlValue | undefined): EndpointTls | undefined {
  const tls = entryOf(config, "tls")?.value;
  if (tls === undefined) return undefined;
  const file = (key: string): string | undefined => {
    const path = textOf(entryOf(tls, key)?.value);
    return path === undefined || path === "" ? undefined : joinPath("/", path);
  };
  const [ca, certificate] = [file("ca_file"), file("cert_file")];
  return {
    caFiles: ca === undefined ? [] : [ca],
    clients: certificate === undefined ? [] : [{ certificate, key: file("key_file") }],
    skipVerify: textOf(entryOf(tls, "insecure_skip_verify")?.value) === "true",
  };
}

/** Sorted by pattern, as Go's templates write a map. */
function rewritesOf(value: YamlValue | undefined): Readonly<Record<string, string>> {
  const entries = value?.kind === "map" ? value.entries : [];
  return Object.fromEntries(
    entries
      .map(({ key, value: to }) => [key, textOf(to) ?? ""] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function place(
  path: string,
  at: YamlEntry | { readonly line: number } | undefined,
): Pick<Host, "label" | "file"> {
  return { label: at === undefined ? path : `${path}:${at.line}`, file: path };
}
