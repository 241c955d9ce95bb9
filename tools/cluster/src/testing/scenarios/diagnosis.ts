import assert from "node:assert/strict";
import { test } from "node:test";
import { PATHS } from "../../node/files.ts";
import { IMAGES, kubeletLogged, PLUGIN_PATHS, removeFlags } from "../../plugins.ts";
import type { SharedCluster } from "../shared-cluster.ts";

const NODE_IDENTITY = ["--cloud", "aws,azure,gcp", "--azure-config", PLUGIN_PATHS.azureJson];

/** `imagecred doctor` and `validate` on the node: they agree with the running kubelet, even if the files on disk differ. */
export function describeDiagnosis(run: SharedCluster): void {
  const { config, imagecred } = PLUGIN_PATHS;
  const image = IMAGES.acr;
  const doctor = () => run.node.run(imagecred, "doctor", image);
  /** Of the running kubelet, even if the files on disk differ. */
  const validate = () => run.node.run(imagecred, "validate");

  test("a kubelet without flags runs no plugin: doctor does not say that the node can pull", async () => {
    await removeFlags(run.node);
    const { exitCode, stdout } = await doctor();
    assert.equal(exitCode, 1, stdout);
    assert.match(stdout, /runs no plugin/);
    assert.doesNotMatch(stdout, /This machine can pull/);
    const validated = await validate();
    assert.equal(validated.exitCode, 1, validated.stdout);
    assert.match(validated.stdout + validated.stderr, /runs no plugin|started without/);
  });

  test("a configured kubelet pulls, and doctor and validate say so", async () => {
    await run.configure(...NODE_IDENTITY);
    const { exitCode, stdout } = await doctor();
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /✓ This machine can pull/);
    for (const path of [[], [config]]) await run.node.must(imagecred, "validate", ...path);
    await run.pods.start({ name: "diagnosed", image });
    await run.pods.remove("diagnosed");
  });

  test("doctor and validate in `kubectl debug node` say the same as on the node", async () => {
    for (const [command, said] of [
      [["doctor", image], /✓ This machine can pull/],
      // Without the profile sysadmin it cannot read which user runs the kubelet, and says so.
      [["validate"], /\[kubelet-not-seen\].*✓ \S+ .* accepts it/s],
    ] as const) {
      const inNode = ["/workload", "chroot", "/host", imagecred, ...command];
      const debug = ["debug", `node/${run.node.name}`, "--image=registry.k8s.io/pause:3.10", "--", ...inNode];
      const pod = /pod (node-debugger-\S+)/.exec(await run.kubectl(...debug))?.[1] ?? "";
      assert.equal(await run.pods.exitCode(pod), 0, await run.pods.log(pod));
      assert.match(await run.pods.log(pod), said);
      await run.pods.remove(pod);
    }
  });

  test("a configuration that the kubelet has not read yet: doctor says that it still runs with the old one", async () => {
    run.node.write(config, `${run.node.read(config)}# changed\n`);
    const { stdout } = await doctor();
    assert.match(stdout, /changed after the kubelet started/);
    assert.match(stdout, /restart the kubelet/);
  });

  test("a configuration that the kubelet rejects: validate predicts its message", async () => {
    const good = run.node.read(config);
    run.node.write(config, good.replaceAll("matchImages:", "matchImage:"));
    const { exitCode, stdout } = await run.node.run(imagecred, "validate", config);
    assert.equal(exitCode, 1, stdout);
    const words = /its log: (.*)\n/.exec(stdout)?.[1] ?? assert.fail(stdout);
    const from = run.node.read(PATHS.kubeletLog).length;
    await run.node.must("systemctl", "restart", "--no-block", "kubelet");
    await kubeletLogged(run.node, `"Failed to register CRI auth plugins" err=${JSON.stringify(words)}`, from);
    const refused = await doctor();
    assert.equal(refused.exitCode, 1, refused.stdout);
    assert.match(refused.stdout, /the kubelet would not start with/);
    // validate rejects the file whether the kubelet is down or restarting.
    assert.notEqual((await validate()).exitCode, 0);

    run.node.write(config, good);
    await run.restartKubelet();
    assert.equal((await doctor()).exitCode, 0);
  });
}
