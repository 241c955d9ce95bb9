import type { Environment } from "../environment.ts";
import { OptionsError } from "../errors.ts";
import { cidrContains, isIpAddress, isLoopbackHost, unbracketed } from "./ip.ts";

/**
 * The forward proxy for a URL, from HTTPS_PROXY, HTTP_PROXY and NO_PROXY (upper or lower case), by the rules of Go's
 * golang.org/x/net/http/httpproxy, which the plugins replaced followed: loopback is never proxied; NO_PROXY entries are
 * `*`, a host, `.suffix`, an IP address or a CIDR, each with an optional port.
 * @returns `http://[user:password@]host:port`, or undefined for a direct connection
 * @throws {OptionsError} for a proxy of a kind that is not supported (SOCKS, TLS to the proxy itself)
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

function normalise(value: string, name: string): string {
  const withScheme = value.includes("://") ? value : `http://${value}`;
  let parsed: URL;
  try {
    parsed = new URL(withScheme);
  } catch {
    throw new OptionsError(`${name} is not a URL; expected http://[user:password@]host:port`);
  }
  if (parsed.protocol !== "http:") {
    throw new OptionsError(`${name} is a ${parsed.protocol}// proxy; only http:// proxies are supported`);
  }
  const user = parsed.username === "" ? "" : `${parsed.username}:${parsed.password}@`;
  return `http://${user}${parsed.hostname}:${parsed.port || "80"}`;
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
