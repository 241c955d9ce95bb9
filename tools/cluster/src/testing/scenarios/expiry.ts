import assert from "node:assert/strict";
import { test } from "node:test";
import { PATHS } from "../../node/files.ts";
import { CLOUD_PLUGINS, type CloudPlugin, IMAGES, pluginName } from "../../plugins.ts";
import type { SharedCluster } from "../shared-cluster.ts";

/** Lifetime of every credential here, in seconds; it is cached for a little less than half of that. */
const LIFE_SECONDS = 12;
const SHORT_LIVED_REGISTRY = "shortlived";

/** Credentials that expire and are replaced while pods come and go. */
export function describeExpiry(run: SharedCluster): void {
  test("no pull fails while credentials expire, and every plugin runs again in time", async () => {
    const { clouds } = run.cluster;
    const { expiresIn } = clouds.aws;
    const { tokenSeconds } = clouds.google.instance;
    clouds.aws.expiresIn = LIFE_SECONDS;
    clouds.google.instance.tokenSeconds = LIFE_SECONDS;
    clouds.azure.addRegistry({
      name: SHORT_LIVED_REGISTRY,
      tenant: clouds.azure.tenantId,
      refreshTokenSeconds: LIFE_SECONDS,
    });
    // A new kubelet: the previous one has cached long-lived credentials.
    await run.restartKubelet();
    const from = run.logLength();
    const until = Date.now() + 1.8 * LIFE_SECONDS * 1000;
    const pods = await Promise.all(CLOUD_PLUGINS.map((plugin) => comeAndGo(plugin, until)));
    assert.ok(!run.node.read(PATHS.kubeletLog).slice(from).includes('"PullImage from image service failed"'));
    const runs = await run.pluginRuns();
    for (const [index, plugin] of CLOUD_PLUGINS.entries()) {
      const count = runs[pluginName(plugin)] ?? 0;
      // Cached for 5.4 to 6 of the 12 seconds: about four times within 22 seconds, however many pods there are.
      assert.ok(count >= 3 && count <= 5, `${plugin} ran ${count} times for ${pods[index]} pods`);
    }
    clouds.aws.expiresIn = expiresIn;
    clouds.google.instance.tokenSeconds = tokenSeconds;
  });

  /** One pod after another, each with an image that the node does not have. @returns how many there were */
  async function comeAndGo(plugin: CloudPlugin, until: number): Promise<number> {
    let count = 0;
    for (; Date.now() < until; count++) {
      const name = `${plugin}-${count}`;
      const image = IMAGES[plugin].replace("myreg", SHORT_LIVED_REGISTRY).replace(/:v1$/, `:${name}`);
      await run.pods.start({ name, image });
      await run.pods.remove(name);
    }
    return count;
  }
}
