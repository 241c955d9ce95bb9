/**
 * Runs in its own namespaces: boots a node without a cluster, reports it, and stops it on SIGTERM.
 * For the test that nothing is left of it, however it ends.
 */
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Node } from "../node/node.ts";
import { buildPrograms } from "../programs/index.ts";
import { worldDirectory } from "../world/enter.ts";
import { furnishNetwork, WORLD_ADDRESS } from "../world/network.ts";

const directory = join(worldDirectory(), "node-1");
mkdirSync(directory);
furnishNetwork();
await using node = await Node.start({
  name: "node-1",
  index: 1,
  directory,
  programs: await buildPrograms(),
  nameServer: WORLD_ADDRESS,
  cloudAuthority: "",
  clusterAuthority: "",
  kubeconfig: "",
});
// The kubelet has no API server, but containerd and systemd have created their files.
await node.must("systemctl", "start", "containerd.service");
console.log(worldDirectory());
await once(process, "SIGTERM");
