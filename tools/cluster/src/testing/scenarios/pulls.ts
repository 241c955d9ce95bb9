import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseEverything } from "@imagecred/fake-clouds";
import { CLOUD_PLUGINS, IMAGES, PLUGIN_PATHS, pluginName } from "../../plugins.ts";
import { restartsOf } from "../pods.ts";
import type { SharedCluster } from "../shared-cluster.ts";

/** The node's identity: pulls from all three clouds by the real executables, containerd and the kubelet. */
export function describePulls(run: SharedCluster): void {
  test("without the kubelet's flags the registries reject every pull", async () => {
    for (const plugin of CLOUD_PLUGINS) await run.pods.create({ name: plugin, image: IMAGES[plugin] });
    for (const plugin of CLOUD_PLUGINS) {
      assert.match(await run.pods.pullFailed(plugin), /401 Unauthorized|authentication|no basic auth/i);
      await run.pods.remove(plugin);
    }
  });

  test("while the clouds reject requests, a pull fails with the plugin's line in the kubelet's log", async () => {
    await run.configure("--cloud", "aws,azure,gcp", "--azure-config", PLUGIN_PATHS.azureJson);
    await refuseEverything(run.cluster.clouds);
    for (const plugin of CLOUD_PLUGINS) await run.pods.create({ name: plugin, image: IMAGES[plugin] });
    for (const plugin of CLOUD_PLUGINS) {
      await run.pods.pullFailed(plugin);
      const name = pluginName(plugin);
      await run.kubeletLogged(`error execing credential provider plugin ${name} for image`);
      await run.kubeletLogged(`exit status 1: ${name}: `);
    }
  });

  test("when the clouds respond again, the containers run, and nothing was restarted", async () => {
    const kubelet = await run.node.must("systemctl", "show", "--value", "--property=MainPID", "kubelet");
    await run.cluster.clouds.faults.clear();
    for (const plugin of CLOUD_PLUGINS) {
      const pod = await run.pods.running(plugin);
      assert.equal(restartsOf(pod), 0);
      assert.equal(await run.pods.log(plugin), `running ${IMAGES[plugin]}\n`);
    }
    assert.equal(
      await run.node.must("systemctl", "show", "--value", "--property=MainPID", "kubelet"),
      kubelet,
    );
  });

  test("static pods run too, with the credentials that the kubelet has cached", async () => {
    const before = await run.pluginRuns();
    for (const plugin of CLOUD_PLUGINS) run.addStaticPod(`static-${plugin}`, `${IMAGES[plugin]}-static`);
    for (const plugin of CLOUD_PLUGINS) {
      await run.pods.running(`static-${plugin}-${run.node.name}`);
    }
    assert.deepEqual(await run.pluginRuns(), before);
    for (const plugin of CLOUD_PLUGINS) run.removeStaticPod(`static-${plugin}`);
    for (const plugin of CLOUD_PLUGINS) await run.pods.remove(plugin);
  });
}
