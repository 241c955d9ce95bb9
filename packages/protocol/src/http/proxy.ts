import type { Environment } from "../environment.ts";
import { OptionsError } from "../errors.ts";
import { cidrContains, isIpAddress, isLoopbackHost, unbracketed } from "./ip.ts";

/**
 * The forward proxy for a URL, from HTTPS_PROXY, HTTP_PROXY and NO_PROXY (upper or lower case), by the rules of Go's
 * golang.org/x/net/http/httpproxy, which the plugins replaced followed: loopback is never proxied; NO_PROXY entries are
 * `*`, a host, `.suffix`, an IP address or a CIDR, each with an optional port.
 * A proxy is named as for Go's HTTP client: `http:` (also without a scheme), `https:` (TLS to the proxy itself), `socks5:` or
 * `socks5h:` (names are the proxy's to look up, with both).
 * @returns `scheme://[user:password@]host:port` as a transport's target has it, or undefined for a direct connection
 * @throws {OptionsError} for what is not a URL, and for a proxy of another kind
 */
export function proxyFor(url: URL, env: Environment): string | undefined {
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const configured = either(env, name);
  if (configured === undefined) return undefined;
  if (isLoopbackHost(unbracketed(url.hostname)) || bypasses(url, either(env, "NO_PROXY") ?? ""))
    return undefined;
  return normalise(configured, name);
}

function either(env: Environment, name: string): string | undefined {
  return env[name] || env[name.toLowerCase()] || undefined;
}

/** The ports of proxies that name none (Go's net/http, transport.go: portMap). */
const DEFAULT_PORTS = new Map([
  ["http:", "80"],
  ["https:", "443"],
  ["socks5:", "1080"],
  ["socks5h:", "1080"],
]);

function normalise(value: string, name: string): string {
  const withScheme = value.includes("://") ? value : `http://${value}`;
  let parsed: URL;
  try {
    parsed = new URL(withScheme);
  } catch {
    throw new OptionsError(`${name} is not a URL; expected http://[user:password@]host:port`);
  }
  const defaultPort = DEFAULT_PORTS.get(parsed.protocol);
  if (defaultPort === undefined) {
    const known = [...DEFAULT_PORTS.keys()].map((scheme) => `${scheme}//`).join(", ");
    throw new OptionsError(`${name} is a ${parsed.protocol}// proxy; supported are ${known}`);
  }
  if (parsed.hostname === "") {
    throw new OptionsError(`${name} names no host; expected http://[user:password@]host:port`);
  }
  const user = parsed.username === "" ? "" : `${parsed.username}:${parsed.password}@`;
  return `${parsed.protocol}//${user}${parsed.hostname}:${parsed.port || defaultPort}`;
}

function bypasses(url: URL, noProxy: string): boolean {
  const host = unbracketed(url.hostname).toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return noProxy.split(",").some((raw) => {
    const entry = raw.trim().toLowerCase();
    if (entry === "") return false;
    if (entry === "*") return true;
    if (entry.includes("/")) return cidrContains(entry, host);
    const [entryHost, entryPort] = splitPort(entry);
    if (entryPort !== undefined && entryPort !== port) return false;
    if (isIpAddress(host)) return entryHost === host;
    const name = entryHost.replace(/^\*(?=\.)/, "");
    return name.startsWith(".") ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
  });
}

function splitPort(entry: string): [host: string, port: string | undefined] {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(entry);
  if (bracketed !== null) return [bracketed[1] ?? "", bracketed[2]];
  const plain = /^([^:]*):(\d+)$/.exec(entry);
  return plain === null ? [entry, undefined] : [plain[1] ?? "", plain[2]];
}
