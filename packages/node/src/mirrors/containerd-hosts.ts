import type { TomlTable, TomlValue } from "smol-toml";
import type { Files } from "../files/files.ts";
import { joinPath } from "../files/paths.ts";
import { ALL, endpointsAt, type Host, type ImageAt, ownRegistry } from "./containerd-host.ts";
import { certificatesIn, type Endpoint, type EndpointTls, NO_TLS, parseUrl } from "./endpoint.ts";
import { lineOfHeader, readToml, stringOf, stringsOf, tableOf } from "./toml.ts";

/**
 * The endpoints from which containerd pulls an image according to its directory of hosts (config_path): `certs.d/HOST_PORT_`,
 * `HOST:PORT`, `HOST` or `_default`, whichever exists first, in the first root that has one. Its hosts.toml has the mirrors in
 * order and then the server, by default the image's registry. containerd ignores a file that it cannot parse; then the `.crt`,
 * `.cert` and `.key` files in the directory are the registry's TLS settings, as in Docker's layout.
 * (containerd v2.4.2, core/remotes/docker/config/hosts.go: ConfigureHosts)
 */
export function endpointsOfHosts(
  files: Files,
  roots: readonly string[],
  image: ImageAt,
  unseen: string[],
): readonly Endpoint[] {
  const directory = roots
    .flatMap((root) => directoryNames(image.host).map((name) => joinPath(root, name)))
    .find((path) => exists(files, path));
  const hosts = directory === undefined ? [ownRegistry(NO_TLS, "")] : hostsOf(files, directory, unseen);
  return endpointsAt(hosts, image);
}

/** Names of a host's directory; not every system allows a colon in a name. */
function directoryNames(host: string): readonly string[] {
  const colon = host.lastIndexOf(":");
  const escaped = colon > 0 ? `${host.slice(0, colon)}_${host.slice(colon + 1)}_` : host;
  return [...new Set([escaped, host, "_default"])];
}

function exists(files: Files, path: string): boolean {
  try {
    return files.status(path) !== undefined;
  } catch {
    return false;
  }
}

function hostsOf(files: Files, directory: string, unseen: string[]): readonly Host[] {
  const path = joinPath(directory, "hosts.toml");
  const reading = readToml(files, path);
  if (reading.state === "unreadable") unseen.push(`${path} cannot be read: ${reading.reason}`);
  if (reading.state !== "read" || reading.text === "") return [certificatesOf(files, directory)];
  const { table, text } = reading;
  const parsed: Host[] = [];
  for (const [name, value] of Object.entries(tableOf(table["host"]) ?? {})) {
    const host = parseHost(
      name,
      tableOf(value) ?? {},
      directory,
      `${path}:${lineOfHeader(text, name)}`,
      path,
    );
    if (host === undefined) return ignoredFile(files, directory, path, name, unseen);
    parsed.push(host);
  }
  const server = parseHost(stringOf(table["server"]) ?? "", table, directory, `${path}:1`, path);
  return server === undefined ? ignoredFile(files, directory, path, "server", unseen) : [...parsed, server];
}

function ignoredFile(
  files: Files,
  directory: string,
  path: string,
  what: string,
  unseen: string[],
): readonly Host[] {
  unseen.push(`containerd ignores ${path}, because it cannot parse its ${what}`);
  return [certificatesOf(files, directory)];
}

function parseHost(
  server: string,
  table: TomlTable,
  directory: string,
  label: string,
  file: string,
): Host | undefined {
  const capabilities = stringsOf(table["capabilities"] ?? []);
  const known = capabilities?.every((one) => /^(?:pull|resolve|push|referrers)$/i.test(one));
  const caFiles = filesOf(table["ca"], directory);
  const clients = clientsOf(table["client"], directory);
  const skip = table["skip_verify"];
  if (known !== true || caFiles === undefined || clients === undefined) return undefined;
  if (skip !== undefined && typeof skip !== "boolean") return undefined;
  const given = (capabilities ?? []).map((one) => one.toLowerCase());
  const url =
    server === "" ? { scheme: "", host: "", path: "" } : serverUrl(server, table["override_path"] === true);
  if (url === undefined) return undefined;
  return {
    ...url,
    capabilities: given.length === 0 ? ALL : ALL.filter((one) => given.includes(one)),
    tls: { caFiles, clients, skipVerify: skip === true },
    explicitTls: table["ca"] !== undefined || clients.length > 0 || skip !== undefined,
    rewrites: rewritesOf(table["rewrite"]),
    label,
    file,
  };
}

function serverUrl(
  server: string,
  overridePath: boolean,
): { readonly scheme: string; readonly host: string; readonly path: string } | undefined {
  const url = parseUrl(server.startsWith("http") ? server : `https://${server}`);
  if (url === undefined) return undefined;
  if (url.path === "") return { ...url, path: overridePath ? "" : "/v2" };
  const path = cleanPath(url.path);
  return { ...url, path: path.endsWith("/v2") || overridePath ? path : `${path}/v2` };
}

/** Go's path.Clean for a path that begins with a slash. */
function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function filesOf(value: TomlValue | undefined, directory: string): readonly string[] | undefined {
  if (value === undefined) return [];
  const names = typeof value === "string" ? [value] : stringsOf(value);
  return names?.map((name) => joinPath(directory, name));
}

function clientsOf(value: TomlValue | undefined, directory: string): EndpointTls["clients"] | undefined {
  if (value === undefined) return [];
  const list = typeof value === "string" ? [value] : value;
  if (!Array.isArray(list)) return undefined;
  const clients: { readonly certificate: string; readonly key: string | undefined }[] = [];
  for (const one of list) {
    const pair = typeof one === "string" ? [one] : stringsOf(one);
    const [certificate, key] = pair ?? [];
    if (certificate === undefined || (typeof one !== "string" && pair?.length !== 2)) return undefined;
    clients.push({
      certificate: joinPath(directory, certificate),
      key: key === undefined ? undefined : joinPath(directory, key),
    });
  }
  return clients;
}

/** A table of the containerd of k3s and RKE2: regular expressions for repositories, and their replacements. */
function rewritesOf(value: TomlValue | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(tableOf(value) ?? {}).flatMap(([pattern, replacement]) =>
    typeof replacement === "string" ? [[pattern, replacement] as const] : [],
  );
  return Object.fromEntries(entries);
}

function certificatesOf(files: Files, directory: string): Host {
  return ownRegistry(certificatesIn(files, directory), directory);
}
