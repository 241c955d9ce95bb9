import type { TomlTable } from "smol-toml";
import type { Files } from "../files/files.ts";
import { baseName, joinPath, parentOf } from "../files/paths.ts";
import { listDirectory } from "../files/read-text.ts";
import type { Source } from "../flags/flag.ts";
import type { ImageAt } from "./containerd-host.ts";
import { endpointsOfHosts } from "./containerd-hosts.ts";
import {
  defaultHost,
  type Endpoint,
  isLocalhost,
  NO_TLS,
  namespaceFor,
  parseUrl,
  type Route,
} from "./endpoint.ts";
import { lineOfHeader, readToml, stringOf, stringsOf, tableOf } from "./toml.ts";

/** The registry settings in containerd's configuration. */
export interface ContainerdConfiguration {
  /** Socket of its API. */
  readonly address: string;
  /** Roots of directories of hosts, in order; empty if the deprecated tables are used. */
  readonly hostRoots: readonly string[];
  /** `registry.mirrors` and `registry.configs`, with their files. */
  readonly tables: readonly { readonly path: string; readonly text: string; readonly registry: TomlTable }[];
  readonly unseen: readonly string[];
}

const DEFAULT_ADDRESS = "/run/containerd/containerd.sock";
const DEFAULT_ROOTS = ["/etc/containerd/certs.d", "/etc/docker/certs.d"];
/** Names of the image service's plugin in versions 1, 2, and 3 and newer of the configuration. */
const PLUGINS = ["cri", "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images"];

/**
 * Reads containerd's configuration with its `imports`. Without any registry setting, containerd 2 (version 3 of the file, or no
 * file) uses /etc/containerd/certs.d and /etc/docker/certs.d, containerd 1 no directory.
 */
export function readContainerd(files: Files, path: string): ContainerdConfiguration {
  const unseen: string[] = [];
  const tables: { readonly path: string; readonly text: string; readonly registry: TomlTable }[] = [];
  let version = 3;
  let address = DEFAULT_ADDRESS;
  const seen = new Set<string>();
  const read = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const reading = readToml(files, file);
    if (reading.state === "unreadable") unseen.push(`${file} cannot be read: ${reading.reason}`);
    if (reading.state !== "read") return;
    const { table, text } = reading;
    if (file === path) version = typeof table["version"] === "number" ? table["version"] : 1;
    address = stringOf(tableOf(table["grpc"])?.["address"]) ?? address;
    const plugins = tableOf(table["plugins"]) ?? {};
    for (const name of PLUGINS) {
      const registry = tableOf(tableOf(plugins[name])?.["registry"]);
      if (registry !== undefined) tables.push({ path: file, text, registry });
    }
    for (const pattern of stringsOf(table["imports"]) ?? []) {
      for (const one of matching(files, joinPath(parentOf(file), pattern))) read(one);
    }
  };
  read(path);
  const configPath = tables.map(({ registry }) => stringOf(registry["config_path"])).findLast((one) => one);
  const hasTables = tables.some(
    ({ registry }) => registry["mirrors"] !== undefined || registry["configs"] !== undefined,
  );
  const usual = hasTables || version < 3 ? [] : DEFAULT_ROOTS;
  const hostRoots = configPath === undefined ? usual : configPath.split(":").filter((root) => root !== "");
  return { address, hostRoots, tables, unseen };
}

function matching(files: Files, pattern: string): readonly string[] {
  if (!/[*?]/.test(pattern)) return [pattern];
  const listing = listDirectory(files, parentOf(pattern));
  if (listing.state !== "read") return [];
  const escaped = baseName(pattern).replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const name = new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
  return listing.names.filter((one) => name.test(one)).map((one) => joinPath(parentOf(pattern), one));
}

/** The endpoints from which containerd pulls an image. */
export function containerdRoute(files: Files, configuration: ContainerdConfiguration, image: ImageAt): Route {
  const unseen = [...configuration.unseen];
  const { hostRoots } = configuration;
  const endpoints =
    hostRoots.length > 0
      ? endpointsOfHosts(files, hostRoots, image, unseen)
      : endpointsOfTables(configuration, image);
  const blocked =
    endpoints.length === 0 ? `containerd's hosts for ${image.host} have no endpoint` : undefined;
  return { runtime: "containerd", endpoints, blocked, unseen };
}

/**
 * The deprecated tables: the mirrors of the image's host, or those of `*`, then the host itself unless it is among them.
 * (containerd v2.4.2, internal/cri/server/images/image_pull.go: registryEndpoints)
 */
function endpointsOfTables({ tables }: ContainerdConfiguration, image: ImageAt): readonly Endpoint[] {
  const mirrors = (name: string) =>
    tables.flatMap(({ path, text, registry }) => {
      const mirror = tableOf(tableOf(registry["mirrors"])?.[name]);
      const endpoints = stringsOf(mirror?.["endpoint"]);
      const line = lineOfHeader(text, `mirrors."${name}"`);
      return mirror === undefined ? [] : [{ endpoints: endpoints ?? [], source: sourceAt(path, line) }];
    });
  const found = mirrors(image.host).at(-1) ?? mirrors("*").at(-1);
  const urls = (found?.endpoints ?? []).map((one) => withScheme(one));
  const own = `${isLocalhost(image.host) ? "http" : "https"}://${defaultHost(image.host)}`;
  const source = found?.source ?? { kind: "default", label: "containerd's default" };
  const all = urls.some((url) => parseUrl(url)?.host === image.host) ? urls : [...urls, own];
  return all.flatMap((text): readonly Endpoint[] => {
    const url = parseUrl(text);
    if (url === undefined) return [];
    const configs = tables.flatMap(({ registry }): readonly TomlTable[] => {
      const config = tableOf(tableOf(registry["configs"])?.[url.host]);
      return config === undefined ? [] : [config];
    });
    const tls = tableOf(configs.at(-1)?.["tls"]);
    const key = (name: string) => stringOf(tls?.[name]) || undefined;
    const certificate = key("cert_file");
    const skipVerify =
      tls?.["insecure_skip_verify"] === true || (isLocalhost(image.host) && url.scheme === "http");
    return [
      {
        scheme: url.scheme === "http" ? "http" : "https",
        httpFallback: false,
        host: url.host,
        path: url.path === "" ? "/v2" : url.path,
        repository: image.repository,
        namespace: namespaceFor(image.host, url.host),
        capabilities: ["pull", "resolve"],
        tls: {
          caFiles: [key("ca_file")].flatMap((one) => one ?? []),
          clients: certificate === undefined ? NO_TLS.clients : [{ certificate, key: key("key_file") }],
          skipVerify,
        },
        hasOwnCredentials: configs.some((one) => one["auth"] !== undefined),
        isRegistry: url.host === image.host || url.host === defaultHost(image.host),
        source: text === own ? { kind: "default", label: "containerd's default" } : source,
      },
    ];
  });
}

function withScheme(endpoint: string): string {
  if (endpoint.includes("://")) return endpoint;
  const host = endpoint.split("/")[0] ?? "";
  return `${isLocalhost(host) ? "http" : "https"}://${endpoint}`;
}

function sourceAt(path: string, line: number): Source {
  return { kind: "configuration", label: `${path}:${line}`, path, line };
}
