/** IP addresses as text, as far as proxy rules and endpoint checks need them. */

/** Without leading zeros, as in Go: some parsers read them as octal numbers. */
const V4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/** The address as bytes (4 or 16); undefined if the text is not an address. */
export function parseIp(text: string): readonly number[] | undefined {
  const v4 = V4.exec(text);
  if (v4 !== null) {
    const bytes = v4.slice(1).map(Number);
    return bytes.every((byte) => byte <= 255) ? bytes : undefined;
  }
  return text.includes(":") ? parseV6(text) : undefined;
}

function parseV6(text: string): readonly number[] | undefined {
  const halves = text.split("%")[0]?.split("::") ?? [];
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? "");
  const tail = groups(halves[1] ?? "");
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return all.flatMap((group) => [group >> 8, group & 0xff]);
}

function groups(text: string): number[] | undefined {
  if (text === "") return [];
  const values: number[] = [];
  for (const part of text.split(":")) {
    const v4 = part.includes(".") ? parseIp(part) : undefined;
    if (v4?.length === 4) {
      const [a = 0, b = 0, c = 0, d = 0] = v4;
      values.push((a << 8) | b, (c << 8) | d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      values.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return values;
}

/** A URL's host without the brackets of IPv6: `[::1]` gives `::1`. */
export function unbracketed(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** True for an IPv4 address in four decimal parts or an IPv6 address, without brackets. */
export function isIpAddress(text: string): boolean {
  return parseIp(text) !== undefined;
}

/** `localhost`, 127.0.0.0/8, ::1. */
export function isLoopbackHost(host: string): boolean {
  if (host.toLowerCase() === "localhost") return true;
  const ip = parseIp(host);
  if (ip === undefined) return false;
  return ip.length === 4 ? ip[0] === 127 : ip.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

/** The addresses of the clouds' metadata servers: 169.254.0.0/16, fe80::/10, AWS's fd00:ec2::/32, Google's fd20:ce::/32. */
export function isLinkLocalHost(host: string): boolean {
  const ip = parseIp(host);
  if (ip === undefined) return false;
  if (ip.length === 4) return ip[0] === 169 && ip[1] === 254;
  const [first = 0, second = 0, third, fourth] = ip;
  if (first === 0xfd && second === 0 && third === 0x0e && fourth === 0xc2) return true;
  if (first === 0xfd && second === 0x20 && third === 0 && fourth === 0xce) return true;
  return first === 0xfe && (second & 0xc0) === 0x80;
}
