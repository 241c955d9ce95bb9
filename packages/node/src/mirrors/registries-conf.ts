import type { TomlTable } from "smol-toml";
import type { Files } from "../files/files.ts";
import { joinPath } from "../files/paths.ts";
import { listDirectory } from "../files/read-text.ts";
import type { Source } from "../flags/flag.ts";
import type { ImageAt } from "./containerd-host.ts";
import {
  certificatesIn,
  defaultHost,
  type Endpoint,
  type EndpointTls,
  NO_TLS,
  type Route,
} from "./endpoint.ts";
import { readToml, stringOf, tableOf } from "./toml.ts";

/** A `[[registry]]` or one of its `[[registry.mirror]]`s. */
interface Location {
  readonly location: string;
  readonly insecure: boolean;
  /** `all`, `digest-only` or `tag-only` */
  readonly pullFromMirror: string;
  /** Value of the parameter `ns`, for a mirror of several registries. */
  readonly namespace: string | undefined;
  readonly source: Source;
}

interface Registry extends Location {
  readonly prefix: string;
  readonly blocked: boolean;
  readonly mirrorByDigestOnly: boolean;
  readonly mirrors: readonly Location[];
}

const FILES = ["/etc/containers/registries.conf", "/usr/share/containers/registries.conf"];
const DROP_INS = "/etc/containers/registries.conf.d";

/**
 * The endpoints from which CRI-O pulls an image, from registries.conf and the `.conf` files of its directory. A `[[registry]]`
 * of a prefix replaces those in earlier files; the longest matching prefix is used. Its mirrors come first (except those that
 * are only for digests or tags), then its location; the rest of the image's name after the prefix is appended.
 * (containers-registries.conf(5); containers/image, pkg/sysregistriesv2)
 */
export function crioRoute(files: Files, image: ImageAt & { readonly isDigest: boolean }): Route {
  const unseen: string[] = [];
  const lists: (readonly Registry[])[] = [];
  const main = FILES.find((path) => exists(files, path));
  const listing = listDirectory(files, DROP_INS);
  const dropIns = listing.state === "read" ? listing.names.filter((name) => name.endsWith(".conf")) : [];
  if (listing.state === "unreadable") unseen.push(`${DROP_INS} cannot be read: ${listing.reason}`);
  const paths = [...(main === undefined ? [] : [main]), ...dropIns.map((name) => joinPath(DROP_INS, name))];
  for (const path of paths) {
    const reading = readToml(files, path);
    if (reading.state === "unreadable") unseen.push(`${path} cannot be read: ${reading.reason}`);
    if (reading.state !== "read") continue;
    lists.push(registriesOf(reading.table, path, reading.text));
  }
  const name = `${image.host}/${image.repository}`;
  const found = merged(lists)
    .filter(({ prefix }) => matchLength(name, prefix) !== undefined)
    .sort((a, b) => b.prefix.length - a.prefix.length || (a.prefix < b.prefix ? -1 : 1))[0];
  if (found === undefined) {
    const source: Source = { kind: "default", label: "CRI-O's default" };
    const own = { location: image.host, insecure: false, pullFromMirror: "", namespace: undefined, source };
    return { runtime: "CRI-O", endpoints: [endpointOf(files, own, name, image)], blocked: undefined, unseen };
  }
  if (found.blocked) {
    const blocked = `${found.source.label} blocks ${found.prefix}`;
    return { runtime: "CRI-O", endpoints: [], blocked, unseen };
  }
  const mirrors = found.mirrors.filter(({ pullFromMirror }) => {
    if (found.mirrorByDigestOnly || pullFromMirror === "digest-only") return image.isDigest;
    return pullFromMirror !== "tag-only" || !image.isDigest;
  });
  const rest = name.slice(matchLength(name, found.prefix));
  const endpoints = [...mirrors, found].map((one) =>
    endpointOf(files, one, one.location === "" ? name : `${one.location}${rest}`, image),
  );
  return { runtime: "CRI-O", endpoints, blocked: undefined, unseen };
}

/** One registry per prefix: the first of a file, of the last file. */
function merged(lists: readonly (readonly Registry[])[]): readonly Registry[] {
  const all = lists.flatMap((list) => list.toReversed());
  return [...new Map(all.map((one) => [one.prefix, one])).values()];
}

function exists(files: Files, path: string): boolean {
  try {
    return files.status(path) !== undefined;
  } catch {
    return true;
  }
}

function registriesOf(table: TomlTable, path: string, text: string): readonly Registry[] {
  const list = table["registry"];
  const lines = text
    .split("\n")
    .flatMap((line, index) => (/^\s*\[\[\s*registry\s*\]\]/.test(line) ? [index + 1] : []));
  return (Array.isArray(list) ? list : []).flatMap((value, index): readonly Registry[] => {
    const registry = tableOf(value);
    if (registry === undefined) return [];
    const line = lines[index] ?? 1;
    const source: Source = { kind: "configuration", label: `${path}:${line}`, path, line };
    const own = locationOf(registry, source);
    const mirrors = registry["mirror"];
    return [
      {
        ...own,
        prefix: stringOf(registry["prefix"])?.replace(/\/+$/, "") || own.location,
        blocked: registry["blocked"] === true,
        mirrorByDigestOnly: registry["mirror-by-digest-only"] === true,
        mirrors: (Array.isArray(mirrors) ? mirrors : []).flatMap((one) => {
          const mirror = tableOf(one);
          return mirror === undefined ? [] : [locationOf(mirror, source)];
        }),
      },
    ];
  });
}

function locationOf(table: TomlTable, source: Source): Location {
  return {
    location: (stringOf(table["location"]) ?? "").replace(/\/+$/, ""),
    insecure: table["insecure"] === true,
    pullFromMirror: stringOf(table["pull-from-mirror"]) ?? "",
    namespace: stringOf(table["namespace-proxy"]) || undefined,
    source,
  };
}

/** The length of the part of an image's name that a prefix matches; `*.example.com` matches all hosts below example.com. */
function matchLength(name: string, prefix: string): number | undefined {
  if (prefix.startsWith("*.")) {
    const index = name.indexOf(prefix.slice(1));
    if (index < 0 || name.slice(0, index).includes("/")) return undefined;
    return ends(name, index + prefix.length - 1);
  }
  return prefix !== "" && name.startsWith(prefix) ? ends(name, prefix.length) : undefined;
}

function ends(name: string, length: number): number | undefined {
  return length === name.length || /[:/@]/.test(name[length] ?? "") ? length : undefined;
}

/** Roots of the directories `HOST[:PORT]` with a registry's certificates; the first one that exists is used. */
const CERTIFICATES = ["/etc/containers/certs.d", "/etc/docker/certs.d"];

/** `.crt` files are authorities, `.cert` and `.key` files a client's (containers-certs.d(5)). */
function tlsOf(files: Files, host: string, skipVerify: boolean): EndpointTls {
  const directory = CERTIFICATES.map((root) => joinPath(root, host)).find((path) => exists(files, path));
  return directory === undefined
    ? { ...NO_TLS, skipVerify }
    : { ...certificatesIn(files, directory), skipVerify };
}

/** @param name the image's name at this location: `mirror.example/project/library/nginx` */
function endpointOf(
  files: Files,
  { insecure, namespace, source }: Location,
  name: string,
  image: ImageAt,
): Endpoint {
  const slash = name.indexOf("/");
  const host = slash < 0 ? name : name.slice(0, slash);
  return {
    scheme: "https",
    httpFallback: insecure,
    host: defaultHost(host),
    path: "/v2",
    repository: slash < 0 ? "" : name.slice(slash + 1),
    namespace,
    capabilities: ["pull", "resolve"],
    tls: tlsOf(files, defaultHost(host), insecure),
    hasOwnCredentials: false,
    isRegistry: host === image.host,
    source,
  };
}
