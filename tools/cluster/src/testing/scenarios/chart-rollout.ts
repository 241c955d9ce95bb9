import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { promisify } from "node:util";
import { CHART, chartMetadata, type Helm } from "@imagecred/chart";
import { executablePath, replaceFile } from "@imagecred/workspace";
import { PATHS } from "../../node/files.ts";
import type { Node } from "../../node/node.ts";
import { azureJsonFile, CLOUD_PLUGINS, IMAGES, PLUGIN_PATHS } from "../../plugins.ts";
import { worldDirectory } from "../../world/enter.ts";
import { WORLD_ADDRESS } from "../../world/network.ts";
import { differences, type Snapshot, snapshot } from "../node-snapshot.ts";
import { commandsOf, runCommands } from "../page-commands.ts";
import { containerOf, failureOf, kubelets, mainPid } from "../running.ts";
import { type SharedCluster, taggedImage } from "../shared-cluster.ts";

const NAMESPACE = "kube-system";
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app.kubernetes.io%2Finstance%3Dimagecred`;

/** Install, upgrade and uninstall of the chart on a node without plugins and on one with them; with the commands of docs/helm.md. */
export function describeChartRollout(run: SharedCluster, helm: Helm): void {
  const directory = () => join(worldDirectory(), "chart");
  const values = () => join(directory(), "values");
  let node: Node;
  let untouched: { readonly files: Snapshot; readonly others: Snapshot };
  let bystander: string;

  const WAIT = ["--wait", "--timeout", "120s"];
  const inCluster = (...args: readonly string[]) =>
    explained(() => helm.runIn(run.cluster.controlPlane.kubeconfig, [...args, "--namespace", NAMESPACE]));
  const upgrade = (...args: readonly string[]) => {
    const settings = ["--values", `${values()}/helm-values.yaml`, "--set", "restart.enabled=true"];
    return inCluster("upgrade", "imagecred", CHART, ...settings, ...args);
  };
  const init = (...args: readonly string[]) =>
    promisify(execFile)(executablePath("imagecred", "static"), [
      ...["init", "--distribution", "kubeadm", "--helm", "--force", "-d", values()],
      ...["--azure-config", PLUGIN_PATHS.azureJson, ...args],
    ]);
  /** Runs the commands of a section, as a reader of the page would. */
  const page = (section: string) =>
    explained(() =>
      runCommands(commandsOf("helm.md", section), {
        cwd: directory(),
        env: {
          PATH: `${join(directory(), "bin")}:${process.env["PATH"]}`,
          HOME: directory(),
          KUBECONFIG: run.cluster.controlPlane.kubeconfig,
          // The fake registry's.
          SSL_CERT_FILE: join(directory(), "authority.pem"),
        },
      }),
    );

  before(async () => {
    mkdirSync(join(directory(), "bin"), { recursive: true });
    for (const [name, path] of [
      ["helm", helm.path],
      ["kubectl", run.cluster.kubectl],
      ["imagecred", executablePath("imagecred", "static")],
    ] as const)
      symlinkSync(path, join(directory(), "bin", name));
    writeFileSync(join(directory(), "authority.pem"), run.cluster.clouds.core.authority.pem);
    // helm resolves names as nodes do: in the namespaces of this run.
    replaceFile("/etc/resolv.conf", `nameserver ${WORLD_ADDRESS}\n`);
    await run.serveRelease(helm);
    node = await run.cluster.addNode({ files: await azureJsonFile(run.cluster.clouds) });
    const image = "registry.k8s.io/pause:3.10";
    bystander = containerOf(await run.pods.start({ name: "beside", image, node: node.name }));
    untouched = { files: snapshot(node), others: snapshot(run.node) };
  });

  test("from a running cluster to a private image, as the page says", async () => {
    const kubelet = await mainPid(node, "kubelet");
    await run.pods.create({ name: "early", image: IMAGES.ecr, node: node.name });
    await run.pods.pullFailed("early");
    await run.pods.remove("early");
    await page("From a running cluster to a private image in five minutes");
    await run.pods.remove("private");
    assert.notEqual(await mainPid(node, "kubelet"), kubelet);
    await nothingElseRestarted();
  });

  test("another configuration is rolled out, the nodes pull from all three clouds, and only kubelets are restarted", async () => {
    const kubelet = await mainPid(node, "kubelet");
    await init("--cloud", "aws,azure,gcp");
    // Both nodes at once: the test of the rejected configuration covers the node-by-node rollout.
    const notes = await upgrade("--set", "maxUnavailable=100%", ...WAIT);
    assert.match(notes, /kubectl rollout status --namespace kube-system daemonset\/imagecred/);
    for (const plugin of CLOUD_PLUGINS) {
      await run.pods.start({ name: `chart-${plugin}`, image: IMAGES[plugin], node: node.name });
      assert.equal(await run.pods.log(`chart-${plugin}`), `running ${IMAGES[plugin]}\n`);
      await run.pods.remove(`chart-${plugin}`);
    }
    assert.notEqual(await mainPid(node, "kubelet"), kubelet);
    await nothingElseRestarted();
  });

  test("doctor from the chart's image says that the node can pull", async () => {
    const command = ["/imagecred", "doctor", IMAGES.gcr];
    const image = `ghcr.io/imagecred/imagecred:${chartMetadata()["version"]}`;
    // The image does not contain a trust store, and only this node trusts this authority.
    const options = [
      `--image=${image}`,
      "--profile=sysadmin",
      `--env=SSL_CERT_FILE=/host${PATHS.trustStore}`,
    ];
    const said = await run.kubectl("debug", `node/${node.name}`, ...options, "--", ...command);
    const pod = /pod (node-debugger-\S+)/.exec(said)?.[1] ?? "";
    const code = await run.pods.exitCode(pod);
    assert.equal(code, 0, await run.pods.log(pod));
    assert.match(await run.pods.log(pod), /✓ This machine can pull/);
    await run.pods.remove(pod);
  });

  test("an upgrade without changes does not touch any node", async () => {
    const [pods, kubelet] = [await podNames(), await mainPid(node, "kubelet")];
    await upgrade("--set", "maxUnavailable=100%", ...WAIT);
    assert.deepEqual(await podNames(), pods);
    assert.equal(await mainPid(node, "kubelet"), kubelet);
  });

  test("a configuration that kubelets reject stops at the first node, and a rollback repairs it", async () => {
    const nodes = [node, run.node];
    const before = [...(await kubelets(nodes)), ...nodes.map((one) => one.read(PLUGIN_PATHS.config))];
    const bad = join(directory(), "bad.yaml");
    writeFileSync(bad, node.read(PLUGIN_PATHS.config).replaceAll("matchImages:", "matchImage:"));
    await upgrade("--set-file", `config=${bad}`);
    const failed = await run.cluster.api.until(PODS, giveUp("an installation fails"), (pods) => {
      const failures = pods.flatMap((pod) => failureOf(pod) ?? []);
      return failures.length > 0 ? failures : undefined;
    });
    assert.equal(failed.length, 1);
    assert.equal(failed[0]?.exitCode, 1);
    assert.match(failed[0]?.message ?? "", /unknown field "providers\[0\].matchImage"/);
    const stillRunning = (await run.cluster.api.list(PODS)).items.filter(
      (pod) => failureOf(pod) === undefined,
    );
    assert.equal(stillRunning.length, 1, "the other node is not touched before the first one is done");
    assert.deepEqual(
      [...(await kubelets(nodes)), ...nodes.map((one) => one.read(PLUGIN_PATHS.config))],
      before,
    );
    await page("Roll back");
    assert.deepEqual(
      [...(await kubelets(nodes)), ...nodes.map((one) => one.read(PLUGIN_PATHS.config))],
      before,
    );
    await run.pods.start({ name: "healed", image: taggedImage("healed")("ecr"), node: node.name });
    await run.pods.remove("healed");
  });

  test("the files of a kubelet that does not come up are restored once, and the install is not retried", async () => {
    const nodes = [node, run.node];
    const noexec = "mkdir -p /run/noexec && mount -t tmpfs -o noexec,mode=755 none /run/noexec";
    for (const one of nodes) await one.must("sh", "-c", noexec);
    const before = nodes.map((one) => one.read("/etc/default/kubelet"));
    await upgrade("--set", "node.binDir=/run/noexec/bin");
    // Only the restarted container reports that it does not retry.
    const refused = (without: string) =>
      run.cluster.api.until(PODS, giveUp("the same is refused"), (pods) =>
        pods.find(
          (pod) =>
            pod.metadata.name !== without &&
            /did not come up with this configuration .* does not retry .* nothing was changed/.test(
              failureOf(pod)?.message ?? "",
            ),
        ),
      );
    const first = await refused("");
    const now = await kubelets(nodes);
    // A new pod starts with the unprivileged container, which only writes files.
    await run.kubectl("delete", "pod", "--namespace", NAMESPACE, first.metadata.name);
    await refused(first.metadata.name);
    assert.deepEqual(await kubelets(nodes), now);
    assert.deepEqual(
      nodes.map((one) => one.read("/etc/default/kubelet")),
      before,
    );
    await page("Roll back");
    assert.deepEqual(await kubelets(nodes), now);
    for (const one of nodes) await one.must("umount", "--lazy", "/run/noexec");
    await run.pods.start({ name: "restored", image: taggedImage("restored")("ecr"), node: node.name });
    await run.pods.remove("restored");
    await nothingElseRestarted();
  });

  test("pods pull as their service account: the chart has the ClusterRole", async () => {
    // An earlier test applied the one that init writes for kubectl; it must not be the one that takes effect.
    for (const kind of ["clusterrolebinding", "clusterrole"])
      await run.kubectl("delete", "--ignore-not-found", kind, "imagecred-node-token-audience");
    await page("Pods' own identities");
    await run.serviceAccount("chart", "default", {
      "eks.amazonaws.com/ecr-role-arn": run.cluster.clouds.aws.roleArn("pod"),
    });
    const image = taggedImage("chart")("ecr");
    await run.pods.start({ name: "own", image, node: node.name, serviceAccount: "chart" });
    await run.pods.remove("own");
  });

  test("after the uninstall every node is as before, byte for byte", async () => {
    await page("Uninstall");
    assert.deepEqual(differences(untouched.files, snapshot(node)), []);
    assert.deepEqual(differences(untouched.others, snapshot(run.node)), []);
    await run.pods.create({ name: "late", image: taggedImage("late")("ecr"), node: node.name });
    await run.pods.pullFailed("late");
    await run.pods.remove("late");
    await nothingElseRestarted();
    await run.pods.remove("beside");
  });

  /** Errors of helm and kubectl with what the pods say. */
  async function explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const pods = (await run.cluster.api.list(PODS)).items.map(({ metadata, ...pod }) => ({
        name: metadata.name,
        status: pod["status"],
      }));
      throw new Error(`${error}\n${JSON.stringify(pods, null, 2)}\n${node.tails()}`, { cause: error });
    }
  }

  async function nothingElseRestarted(): Promise<void> {
    assert.equal(containerOf(await run.pods.running("beside")), bystander);
    // A restarted unit has a new invocation ID.
    assert.equal(node.read(PATHS.containerdLog).match(/msg="starting containerd"/g)?.length, 1);
  }

  const giveUp = (what: string) => ({ what, seconds: 60, details: () => node.tails() });

  async function podNames(): Promise<string[]> {
    return (await run.cluster.api.list(PODS)).items.map(({ metadata }) => metadata.name).toSorted();
  }
}
