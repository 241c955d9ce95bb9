import { run } from "@imagecred/workspace";

/**
 * Unreachable addresses, by what is wrong with the route. They are link-local, since plugins call metadata servers only
 * at such addresses. None of them is the address of a metadata server.
 */
export const ROUTES = {
  "no route": "169.254.66.1",
  "a route that says unreachable": "169.254.66.2",
  "a route that says prohibited": "169.254.66.3",
  "a route that drops": "169.254.66.4",
  "an address that is not in use": "169.254.67.9",
  "packets that vanish": "169.254.68.9",
  "no route, IPv6": "fe80:66::1",
} as const;

/** Sets up {@link ROUTES} in the network namespace of this process. */
export function layRoutes(): void {
  const ip = (command: string) => run("ip", command.split(" "));
  ip(`route add unreachable ${ROUTES["a route that says unreachable"]}/32`);
  ip(`route add prohibit ${ROUTES["a route that says prohibited"]}/32`);
  ip(`route add blackhole ${ROUTES["a route that drops"]}/32`);
  // Nothing is at the other end of either link; only the first resolves a hardware address before it sends.
  ip("link add asks type veth peer name asked");
  ip("link add sends type veth peer name drops");
  ip("link set sends arp off");
  for (const cable of ["asks", "asked", "sends", "drops"]) ip(`link set ${cable} up`);
  ip("addr add 169.254.67.1/24 dev asks");
  ip("addr add 169.254.68.1/24 dev sends");
}
