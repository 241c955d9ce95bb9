/** Runs in the world's namespaces: starts a cluster with one node, prints what to type, and waits for Ctrl-C. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cluster } from "./cluster.ts";
import { buildPrograms } from "./programs/index.ts";
import { worldDirectory } from "./world/enter.ts";

const directory = worldDirectory();
const programs = await buildPrograms();
const stopped = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
const startedAt = performance.now();
await using cluster = await Cluster.start({ directory, programs });
const node = await cluster.addNode();
writeFileSync(
  join(directory, "programs/node-shell"),
  `exec nsenter --target ${node.pid} --all -- "\${@:-sh}"\n`,
);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(`
A cluster is up (${seconds} s). In another shell, as root:

  export PATH=${directory}/bin:$PATH
  kubectl get nodes
  node-shell                     # a shell on ${node.name}; systemctl and ctr are there

Files and logs are in ${directory}. Ctrl-C here ends the cluster and removes them.
`);
await stopped;
