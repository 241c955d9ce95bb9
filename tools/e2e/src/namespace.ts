import type { Listening } from "@imagecred/fake-clouds";
import { bringUpLoopback, CLOUD, METADATA, nameHosts } from "@imagecred/workspace";
import type { Scenario } from "./scenario.ts";

/**
 * Sets up a node's network in the namespace of this process: the metadata addresses, and the clouds' names.
 * @returns the addresses where the fake services must listen
 */
export function setUpNetwork({ network }: Scenario): Readonly<Record<string, Listening>> {
  const { cloudHosts, metadataHosts = [], metadataService, addresses = {} } = network;
  bringUpLoopback([METADATA.address, ...Object.values(addresses)]);
  nameHosts(
    Object.fromEntries([
      ...cloudHosts.map((name) => [name, CLOUD.address]),
      ...metadataHosts.map((name) => [name, METADATA.address]),
    ]),
  );
  const more = Object.entries(addresses).map(([service, address]) => [
    service,
    { address, port: METADATA.port },
  ]);
  return { tls: CLOUD, [metadataService]: METADATA, ...Object.fromEntries(more) };
}
