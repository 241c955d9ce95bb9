import type { ByteString } from "./bytes.ts";
import { quoteBytes } from "./quote.ts";

/**
 * The result of netip.ParseAddr as far as URLs need it: the address family, or the error's text. The kubelet calls it for
 * `matchImages: ["[::1]:5000"]`.
 */
export type ParsedAddress = { readonly family: 4 | 6 } | { readonly error: string };

interface Failure {
  readonly message: string;
  readonly at?: string;
}

/** Parses an IPv4 or IPv6 address, which may have a zone. */
export function parseAddress(text: ByteString): ParsedAddress {
  const failure = firstFailure(text);
  if (failure === undefined) return { family: text.includes(":") ? 6 : 4 };
  const where =
    failure.at === undefined || failure.at === "" ? "" : ` (at ${quoteBytes(failure.at as ByteString)})`;
  return { error: `ParseAddr(${quoteBytes(text)}): ${failure.message}${where}` };
}

function firstFailure(text: string): Failure | undefined {
  switch (/[.:%]/.exec(text)?.[0]) {
    case ".":
      return checkIPv4(text);
    case ":":
      return checkIPv6(text);
    case "%":
      return { message: "missing IPv6 address" };
    default:
      return { message: "unable to parse IP" };
  }
}

function checkIPv4(text: string): Failure | undefined {
  let value = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char >= "0" && char <= "9") {
      if (digits === 1 && value === 0) return { message: "IPv4 field has octet with leading zero" };
      value = value * 10 + Number(char);
      digits++;
      if (value > 255) return { message: "IPv4 field has value >255" };
    } else if (char === ".") {
      if (at === 0 || at === text.length - 1 || text.charAt(at - 1) === ".") {
        return { message: "IPv4 field must have at least one digit", at: text.slice(at) };
      }
      if (dots === 3) return { message: "IPv4 address too long" };
      dots++;
      value = 0;
      digits = 0;
    } else {
      return { message: "unexpected character", at: text.slice(at) };
    }
  }
  return dots < 3 ? { message: "IPv4 address too short" } : undefined;
}

function checkIPv6(text: string): Failure | undefined {
  const percent = text.indexOf("%");
  if (percent !== -1 && percent === text.length - 1) return { message: "zone must be a non-empty string" };
  let rest = percent === -1 ? text : text.slice(0, percent);
  let ellipsis = rest.startsWith("::");
  if (ellipsis) {
    rest = rest.slice(2);
    if (rest === "") return undefined;
  }
  let ellipsisAt = ellipsis ? 0 : -1;
  let bytes = 0;
  while (bytes < 16) {
    const digits = /^[0-9A-Fa-f]*/.exec(rest)?.[0].length ?? 0;
    if (digits > 4) return { message: "each group must have 4 or less digits", at: rest };
    if (digits === 0) return { message: "each colon-separated field must have at least one digit", at: rest };
    if (rest.charAt(digits) === ".") {
      if (ellipsisAt < 0 && bytes !== 12) {
        return { message: "embedded IPv4 address must replace the final 2 fields of the address", at: rest };
      }
      if (bytes + 4 > 16) {
        return { message: "too many hex fields to fit an embedded IPv4 at the end of the address", at: rest };
      }
      const failure = checkIPv4(rest);
      if (failure !== undefined) return failure;
      rest = "";
      bytes += 4;
      break;
    }
    bytes += 2;
    rest = rest.slice(digits);
    if (rest === "") break;
    if (!rest.startsWith(":")) return { message: "unexpected character, want colon", at: rest };
    if (rest.length === 1) return { message: "colon must be followed by more characters", at: rest };
    rest = rest.slice(1);
    if (rest.startsWith(":")) {
      if (ellipsis) return { message: "multiple :: in address", at: rest };
      ellipsis = true;
      ellipsisAt = bytes;
      rest = rest.slice(1);
      if (rest === "") break;
    }
  }
  if (rest !== "") return { message: "trailing garbage after address", at: rest };
  if (bytes < 16) return ellipsis ? undefined : { message: "address string too short" };
  return ellipsis ? { message: "the :: must expand to at least one field of zeros" } : undefined;
}
