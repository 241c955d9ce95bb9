/**
 * net/url.Parse of Go 1.26 for the texts that the kubelet parses: `https://` or `http://` before an entry of matchImages
 * or a key of a plugin's response. Source of every rule: src/net/url/url.go. Kubelets built with an older Go accept a
 * little more (brackets inside a host name, several colons); see the package's README.
 */
import { type ByteString, bytesOf } from "./bytes.ts";
import { parseAddress } from "./ip.ts";
import { quoteBytes } from "./quote.ts";
import { escapePart, GoUrlError, unescapePart } from "./url-escape.ts";

export { GoUrlError } from "./url-escape.ts";

/** A parsed URL; host, path and fragment are decoded and may contain bytes that are not UTF-8. */
export interface GoUrl {
  /** As Go's Userinfo.String() prints it, escaped; undefined when there is no `@`. */
  readonly user: string | undefined;
  /** With the port, and with brackets around an IPv6 address. */
  readonly host: ByteString;
  readonly path: ByteString;
  readonly rawQuery: ByteString;
  readonly fragment: ByteString;
}

/**
 * Parses `scheme://rest` for the schemes `http` and `https`.
 *
 * @throws {GoUrlError} with Go's text, for example `parse "https://r.io:x": invalid port ":x" after host`
 */
export function parseHttpUrl(text: string): GoUrl {
  const raw = bytesOf(text);
  const [beforeFragment, fragmentText] = cut(raw, "#");
  let url: Omit<GoUrl, "fragment">;
  try {
    url = parseWithoutFragment(beforeFragment);
  } catch (error) {
    throw wrap(beforeFragment, error);
  }
  try {
    return { ...url, fragment: unescapePart(fragmentText, "fragment") };
  } catch (error) {
    throw wrap(raw, error);
  }
}

function wrap(url: ByteString, error: unknown): unknown {
  return error instanceof GoUrlError ? new GoUrlError(`parse ${quoteBytes(url)}: ${error.message}`) : error;
}

function cut(text: ByteString, separator: string): [before: ByteString, after: ByteString] {
  const at = text.indexOf(separator);
  return at < 0
    ? [text, "" as ByteString]
    : [text.slice(0, at) as ByteString, text.slice(at + separator.length) as ByteString];
}

function parseWithoutFragment(url: ByteString): Omit<GoUrl, "fragment"> {
  for (let at = 0; at < url.length; at++) {
    const byte = url.charCodeAt(at);
    if (byte < 0x20 || byte === 0x7f) throw new GoUrlError("net/url: invalid control character in URL");
  }
  const [withoutQuery, rawQuery] = cut(url, "?");
  const rest = withoutQuery.replace(/^https?:\/\//, "");
  const slash = rest.indexOf("/");
  const authority = (slash < 0 ? rest : rest.slice(0, slash)) as ByteString;
  const path = (slash < 0 ? "" : rest.slice(slash)) as ByteString;
  const { user, host } = parseAuthority(authority);
  return { user, host, path: unescapePart(path, "path"), rawQuery };
}

function parseAuthority(authority: ByteString): Pick<GoUrl, "user" | "host"> {
  const at = authority.lastIndexOf("@");
  const host = parseHost(authority.slice(at + 1) as ByteString);
  if (at < 0) return { user: undefined, host };
  const userinfo = authority.slice(0, at) as ByteString;
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) throw new GoUrlError("net/url: invalid userinfo");
  const [name, password] = cut(userinfo, ":");
  const shownName = escapePart(unescapePart(name, "userinfo"), "userinfo");
  if (!userinfo.includes(":")) return { user: shownName, host };
  return { user: `${shownName}:${escapePart(unescapePart(password, "userinfo"), "userinfo")}`, host };
}

function parseHost(host: ByteString): ByteString {
  const bracket = host.lastIndexOf("[");
  if (bracket > 0) throw new GoUrlError("invalid IP-literal");
  if (bracket === 0) return parseBracketed(host);
  // For http and https, everything after the first colon must be a port: a second colon is an error.
  const colon = host.indexOf(":");
  if (colon >= 0) checkPort(host.slice(colon) as ByteString);
  return unescapePart(host, "host");
}

function parseBracketed(host: ByteString): ByteString {
  const close = host.lastIndexOf("]");
  if (close < 0) throw new GoUrlError("missing ']' in host");
  const colonPort = host.slice(close + 1) as ByteString;
  checkPort(colonPort);
  const literal = host.slice(1, close) as ByteString;
  const zone = literal.indexOf("%25");
  const address =
    zone < 0
      ? unescapePart(literal, "host")
      : unescapePart(literal.slice(0, zone) as ByteString, "host") +
        unescapePart(literal.slice(zone) as ByteString, "zone");
  const parsed = parseAddress(address as ByteString);
  if ("error" in parsed) throw new GoUrlError(`invalid host: ${parsed.error}`);
  if (parsed.family === 4) throw new GoUrlError("invalid IP-literal");
  return `[${address}]${colonPort}` as ByteString;
}

function checkPort(colonPort: ByteString): void {
  if (!/^(?::[0-9]*)?$/.test(colonPort))
    throw new GoUrlError(`invalid port ${quoteBytes(colonPort)} after host`);
}
