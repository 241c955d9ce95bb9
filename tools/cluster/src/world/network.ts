import { bringUpLoopback, METADATA, run } from "@imagecred/workspace";

/** The world's one address: the API server and, under their names, all clouds. */
export const WORLD_ADDRESS = "10.10.0.1";

/** Names of this network namespace's interfaces, as netlink has them: /sys shows those of the namespace that mounted it. */
export function interfaces(): string[] {
  const links = JSON.parse(run("ip", ["-json", "link"])) as { readonly ifname: string }[];
  return links.map(({ ifname }) => ifname);
}

/**
 * Gives a new network namespace the world's addresses, on loopback: no route leads out of it.
 * @throws Error in a network that has an interface, because no request may reach the metadata address of a real cloud
 */
export function furnishNetwork(): void {
  const others = interfaces().filter((name) => name !== "lo");
  if (others.length > 0)
    throw new Error(`this is not a network namespace of our own: it has ${others.join(", ")}`);
  bringUpLoopback([WORLD_ADDRESS, METADATA.address]);
}

/** A node's addresses. @param index from 1 */
export function nodeNetwork(index: number) {
  return {
    /** The world's end of the node's cable. */
    gateway: `10.10.${index}.1`,
    address: `10.10.${index}.2`,
    podSubnet: `10.244.${index}.0/24`,
  };
}

/** Makes a network namespace with a cable to the world and a default route through it. @param name also of the namespace */
export function connectNode(name: string, index: number): void {
  const { gateway, address, podSubnet } = nodeNetwork(index);
  run("ip", ["netns", "add", name]);
  run("ip", ["link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name]);
  run("ip", ["addr", "add", `${gateway}/24`, "dev", name]);
  run("ip", ["link", "set", name, "up"]);
  const inside = (...args: string[]) => run("ip", ["-netns", name, ...args]);
  inside("link", "set", "lo", "up");
  inside("addr", "add", `${address}/24`, "dev", "eth0");
  inside("link", "set", "eth0", "up");
  inside("route", "add", "default", "via", gateway);
  run("ip", ["route", "add", podSubnet, "via", address]);
}

/** Removes a node's network, and with it both ends of its cable. */
export function disconnectNode(name: string): void {
  run("ip", ["netns", "del", name]);
}
