import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { CHART, type Helm } from "@imagecred/chart";
import { executablePath } from "@imagecred/workspace";
import type { Node } from "../../node/node.ts";
import { worldDirectory } from "../../world/enter.ts";
import { differences, type Snapshot, snapshot } from "../node-snapshot.ts";
import { containerOf, mainPid } from "../running.ts";
import { type SharedCluster, taggedImage } from "../shared-cluster.ts";

const NAMESPACE = "kube-system";
const DIRECTORY = "/var/lib/rancher/credentialprovider";

/** The chart on a node whose kubelet is a part of k3s. */
export function describeChartOnK3s(run: SharedCluster, helm: Helm): void {
  let node: Node;
  let untouched: Snapshot;
  let beside: string;
  const helmInCluster = (...args: readonly string[]) =>
    helm.runIn(run.cluster.controlPlane.kubeconfig, [...args, "--namespace", NAMESPACE]);

  before(async () => {
    [node] = await Promise.all([run.addOwnNode({ kind: "k3s" }), run.serveRelease(helm)]);
    const image = "registry.k8s.io/pause:3.10";
    beside = containerOf(await run.pods.start({ name: "beside-k3s", image, node: node.name }));
    untouched = snapshot(node);
  });

  after(() => run.removeNode(node));

  test("k3s' kubelet gets plugins and configuration, and only k3s is restarted", async () => {
    const k3s = await mainPid(node, "k3s-agent");
    const values = join(worldDirectory(), "k3s-values");
    await promisify(execFile)(executablePath("imagecred", "static"), [
      ...["init", "--distribution", "k3s", "--cloud", "aws,gcp", "--helm", "-d", values],
    ]);
    const settings = `restart.enabled=true,nodeSelector.kubernetes\\.io/hostname=${node.name}`;
    const chart = [CHART, "--values", `${values}/helm-values.yaml`, "--set", settings];
    await helmInCluster("install", "imagecred-k3s", ...chart, "--wait", "--timeout", "120s");
    assert.match(node.read(`${DIRECTORY}/config.yaml`), /gcr-credential-provider/);
    assert.notEqual(await mainPid(node, "k3s-agent"), k3s);
    for (const plugin of ["ecr", "gcr"] as const) {
      await run.pods.start({ name: `k3s-${plugin}`, image: taggedImage("k3s")(plugin), node: node.name });
      await run.pods.remove(`k3s-${plugin}`);
    }
    assert.equal(containerOf(await run.pods.running("beside-k3s")), beside);
  });

  test("after the uninstall the k3s node is as before, byte for byte", async () => {
    const settings = ["--reuse-values", "--set", "mode=uninstall", "--wait", "--timeout", "120s"];
    await helmInCluster("upgrade", "imagecred-k3s", CHART, ...settings);
    await helmInCluster("uninstall", "imagecred-k3s", "--wait");
    assert.deepEqual(differences(untouched, snapshot(node)), []);
    await run.pods.create({ name: "late-k3s", image: taggedImage("late")("ecr"), node: node.name });
    await run.pods.pullFailed("late-k3s");
    for (const name of ["late-k3s", "beside-k3s"]) await run.pods.remove(name);
  });
}
