/** Runs in the world's namespaces: starts a cluster with one node, prints what to type, and waits for Ctrl-C. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cluster } from "./cluster.ts";
import {
  CLOUD_PLUGINS,
  configurePlugins,
  IMAGES,
  PLUGIN_PATHS,
  pluginContent,
  whyNoPlugins,
} from "./plugins.ts";
import { buildPrograms } from "./programs/index.ts";
import { worldDirectory } from "./world/enter.ts";

const HAS_PLUGINS = `The node has the plugins, and pulls with its own identity:

${CLOUD_PLUGINS.map((plugin) => `  kubectl run ${plugin} --image=${IMAGES[plugin]}`).join("\n")}`;

const directory = worldDirectory();
const programs = await buildPrograms();
const stopped = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
const startedAt = performance.now();
await using cluster = await Cluster.start({ directory, programs });
const noPlugins = whyNoPlugins();
const node = await cluster.addNode(noPlugins === undefined ? await pluginContent(cluster.clouds) : {});
if (noPlugins === undefined) {
  await configurePlugins(node, ["--cloud", "aws,azure,gcp", "--azure-config", PLUGIN_PATHS.azureJson]);
}
writeFileSync(
  join(directory, "programs/node-shell"),
  `exec nsenter --target ${node.pid} --all -- "\${@:-sh}"\n`,
);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(`
A cluster is up (${seconds} s). In another shell, as root:

  export PATH=${directory}/bin:$PATH
  kubectl get nodes
  node-shell                     # a shell on ${node.name}; with systemctl and ctr

${noPlugins === undefined ? HAS_PLUGINS : `The node has no plugins: ${noPlugins}.`}

Files and logs are in ${directory}. Ctrl-C here ends the cluster and removes them.
`);
await stopped;
