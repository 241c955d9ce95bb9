import type { ByteString } from "../go/bytes.ts";

/**
 * The host's labels and the port, like SplitURL in the kubelet's keyring.go. A text that net.SplitHostPort refuses (no
 * port, an IPv6 address without one) is a host without a port, brackets included.
 */
export function splitHost(host: ByteString): { labels: readonly ByteString[]; port: ByteString } {
  const split = splitHostPort(host);
  const name = split === undefined ? host : split.host;
  return { labels: name.split(".") as ByteString[], port: split?.port ?? ("" as ByteString) };
}

/** net.SplitHostPort; undefined for all its errors. */
function splitHostPort(text: string): { host: string; port: ByteString } | undefined {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return undefined;
  let host = text.slice(0, colon);
  if (text.startsWith("[")) {
    const end = text.indexOf("]");
    if (end < 0 || end + 1 !== colon) return undefined;
    host = text.slice(1, end);
    if (text.slice(1).includes("[") || text.slice(end + 1).includes("]")) return undefined;
  } else if (host.includes(":") || /[[\]]/.test(text)) {
    return undefined;
  }
  return { host, port: text.slice(colon + 1) as ByteString };
}
