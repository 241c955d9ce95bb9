import type { Environment } from "../environment.ts";
import { OptionsError } from "../errors.ts";
import { isLoopbackHost, parseIp, unbracketed } from "./ip.ts";
import { cidrContains, isSameAddress } from "./ip-blocks.ts";

/**
 * The forward proxy for a URL, from HTTPS_PROXY, HTTP_PROXY and NO_PROXY (upper or lower case), by the rules of Go's
 * golang.org/x/net/http/httpproxy, which the Go plugins use. Loopback is never proxied. NO_PROXY entries are
 * `*`, a host, `.suffix`, an IP address or a CIDR, each with an optional port.
 * The proxy's scheme is one of Go's HTTP client: `http:` (the default), `https:` (TLS to the proxy itself), `socks5:` or
 * `socks5h:` (with both, the proxy looks names up).
 * A value that Go cannot parse and ignores is ignored here too: a node that pulls without a proxy must not fail because of
 * a variable that had no effect. Where Go would try such a proxy and fail, this throws with a clearer message.
 * @returns `scheme://[user:password@]host:port` for a transport's target, or undefined for a direct connection
 * @throws {OptionsError} for a value that is not a URL, and for an unsupported scheme
 */
export function proxyFor(url: URL, env: Environment): string | undefined {
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const configured = either(env, name);
  if (configured === undefined) return undefined;
  if (isLoopbackHost(unbracketed(url.hostname)) || bypasses(url, either(env, "NO_PROXY") ?? ""))
    return undefined;
  return normalize(configured, name);
}

function either(env: Environment, name: string): string | undefined {
  return env[name] || env[name.toLowerCase()] || undefined;
}

/** Default ports by scheme (Go's net/http, transport.go: portMap). */
const DEFAULT_PORTS = new Map([
  ["http:", "80"],
  ["https:", "443"],
  ["socks5:", "1080"],
  ["socks5h:", "1080"],
]);

function normalize(value: string, name: string): string | undefined {
  const withScheme = value.includes("://") ? value : `http://${value}`;
  let parsed: URL;
  try {
    parsed = new URL(withScheme);
  } catch {
    if (isIgnoredByGo(value)) return undefined;
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
  const user =
    parsed.username === "" && parsed.password === "" ? "" : `${parsed.username}:${parsed.password}@`;
  return `${parsed.protocol}//${user}${parsed.hostname}:${parsed.port || defaultPort}`;
}

/**
 * Whether Go's net/url.Parse refuses the value both as it is and with `http://` before it: control characters, a percent
 * sign without digits, or a colon after what is neither a scheme nor a host.
 */
function isIgnoredByGo(value: string): boolean {
  return (
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    /[\x00-\x1f\x7f]|%(?![0-9a-f]{2})/i.test(value) ||
    (!value.includes("://") && /^[^:/?#]+:/.test(value) && !/^[a-z][a-z0-9+.-]*:/i.test(value))
  );
}

function bypasses(url: URL, noProxy: string): boolean {
  const host = unbracketed(url.hostname).toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const ip = parseIp(host);
  return noProxy.split(",").some((raw) => {
    const entry = raw.trim().toLowerCase();
    if (entry === "*") return true;
    if (ip !== undefined && cidrContains(entry, host)) return true;
    const [entryHost, entryPort] = splitHostPort(entry);
    if (entryHost === "" || (entryPort !== "" && entryPort !== port)) return false;
    const entryIp = entryHost.includes("%") ? undefined : parseIp(entryHost);
    if (ip !== undefined || entryIp !== undefined) return isSameAddress(ip, entryIp);
    const name = ascii(entryHost.replace(/^\*(?=\.)/, ""));
    return name.startsWith(".") ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
  });
}

/** Like Go's net.SplitHostPort, but a text that it refuses is a host without a port. An IPv6 address in brackets needs a port. */
function splitHostPort(entry: string): readonly [host: string, port: string] {
  const [, bracketed, host, port] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(entry) ?? [];
  return port === undefined ? [entry, ""] : [bracketed ?? host ?? "", port];
}

/** An internationalized name in the ASCII form that URLs use. */
function ascii(name: string): string {
  if (!/[^\0-\x7f]/.test(name)) return name;
  const dot = name.startsWith(".") ? "." : "";
  try {
    return dot + new URL(`http://${name.slice(dot.length)}`).hostname;
  } catch {
    return name;
  }
}
