/** Comparing IP addresses, as far as NO_PROXY needs it. */
import { parseIp } from "./ip.ts";

/** Whether two addresses are the same; an IPv4 address equals its IPv6 form (`::ffff:10.0.0.1`). */
export function isSameAddress(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const [one, other] = [unmapped(a), unmapped(b)];
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** The IPv4 address in an IPv6 address of the form `::ffff:10.0.0.1`; any other address unchanged. */
function unmapped(ip: readonly number[]): readonly number[] {
  return ip.length === 16 && MAPPED.every((byte, index) => byte === ip[index]) ? ip.slice(12) : ip;
}

/**
 * Whether `host` is an address inside `cidr` (`10.0.0.0/8`); false for names and for malformed blocks. As in Go, the IPv6
 * form of an IPv4 address counts as the IPv4 address.
 */
export function cidrContains(cidr: string, host: string): boolean {
  const [, address = "", length = ""] = /^([^/%]+)\/(\d+)$/.exec(cidr) ?? [];
  const given = parseIp(address);
  const hostIp = parseIp(host);
  if (given === undefined || hostIp === undefined || Number(length) > given.length * 8) return false;
  const mapped = Number(length) >= 96 ? unmapped(given) : given;
  const bits = Number(length) - (given.length - mapped.length) * 8;
  const ip = unmapped(hostIp);
  if (mapped.length !== ip.length) return false;
  return mapped.every((byte, index) => {
    const used = Math.min(8, Math.max(0, bits - index * 8));
    const mask = (0xff00 >> used) & 0xff;
    return (byte & mask) === ((ip[index] ?? 0) & mask);
  });
}
