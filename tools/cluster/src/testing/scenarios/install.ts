import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { anyExecutable } from "@imagecred/workspace";
import { IMAGES, PLUGIN_PATHS } from "../../plugins.ts";
import { type Report, ran as ranOn } from "../installer.ts";
import type { SharedCluster } from "../shared-cluster.ts";

const { binDir: SOURCES, imagecred, written, config } = PLUGIN_PATHS;
const BIN_DIR = "/opt/imagecred/bin";
const INSTALL = ["install", "--distribution", "kubeadm", "-e", SOURCES, "--bin-dir", BIN_DIR];
const REFUSAL = "/var/lib/imagecred/refused.json";
const RECORD = "/var/lib/imagecred/installation.json";

/** `imagecred install`, `uninstall` and `nodes` on a node of a running cluster, and from a container on it. */
export function describeInstall(run: SharedCluster): void {
  const ran = (...args: readonly string[]) => ranOn(run.node, imagecred, ...args);
  /** Everything that install may change: kinds, modes, owners and contents, except the content of its record. */
  const files = async () => {
    const places =
      "/etc/kubernetes /etc/default /etc/systemd /usr/local/lib /usr/local/libexec /opt/imagecred /var/lib/imagecred";
    const list = `find ${places} -printf '%p %y %m %U:%G %l\\n'; find ${places} -type f -not -path ${RECORD} -exec sha256sum {} +`;
    const { stdout } = await run.node.run("sh", "-c", `(${list}) 2>/dev/null | sort`);
    return stdout;
  };
  /** Processes that no install may restart. */
  const others = async () =>
    (await run.node.must(
      "systemctl",
      "show",
      "containerd.service",
      "--property=MainPID,ActiveEnterTimestampMonotonic",
    )) +
    (await run.kubectl(
      "get",
      "pod",
      "bystander",
      "-o",
      "jsonpath={.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}",
    ));
  let was = "";
  let bystander = "";

  test("a node without plugins: they are installed, and only the kubelet is restarted", async () => {
    await run.pods.start({ name: "bystander", image: "registry.k8s.io/pause:3.10" });
    was = await files();
    bystander = await others();
    assert.equal((await run.nodes()).nodes?.[0]?.state, "none");
    await run.node.must(imagecred, "init", "--cloud", "aws,gcp", "--distribution", "kubeadm", "-d", written);
    await run.node.must(
      "sh",
      "-c",
      `cd ${SOURCES} && sha256sum *-credential-provider > ${written}/SHA256SUMS`,
    );
    const args = [...INSTALL, "--checksums", `${written}/SHA256SUMS`, written];
    const { stdout: diff } = await run.node.run(imagecred, ...args, "--dry-run");
    assert.match(diff, /^\+KUBELET_EXTRA_ARGS="--v=5 --image-credential-provider-config=\S+ /m);
    assert.match(diff, /^-KUBELET_EXTRA_ARGS=--v=5$/m);
    const first = await ran(...args, "--restart");
    assert.deepEqual([first.exitCode, first.document.restart?.state], [0, "restarted"], first.stdout);
    assert.equal(await others(), bystander);
    const again = await ran(...args, "--restart");
    assert.deepEqual([again.exitCode, again.document.restart?.state], [0, "not-needed"], again.stdout);
    assert.equal(again.document.restart?.pid, first.document.restart?.pid);
    for (const { document } of [first, again]) assert.equal(document.restart?.evidence, "metrics");
    assert.equal((await run.nodes("--config", run.node.path(config))).nodes?.[0]?.state, "current");
    await run.pods.start({ name: "installed", image: IMAGES.gcr });
    await run.pods.remove("installed");
  });

  test("a kubelet that does not start with it: all files are restored, and it runs as before", async () => {
    const before = await files();
    // A fault that no check of the files can detect: programs cannot run from there.
    await run.node.must(
      "sh",
      "-c",
      "mkdir -p /run/noexec && mount -t tmpfs -o noexec,mode=755 none /run/noexec",
    );
    const { exitCode, document, stdout } = await ran(
      ...INSTALL.slice(0, -1),
      "/run/noexec",
      "--checksums",
      `${written}/SHA256SUMS`,
      written,
      "--restart",
    );
    assert.deepEqual([exitCode, document.restart?.state], [1, "rolled-back"], stdout);
    assert.match(document.restart?.cause ?? "", /ecr-credential-provider/, stdout);
    await run.node.must("rm", REFUSAL);
    await run.node.must("umount", "/run/noexec");
    assert.equal(await files(), before);
    assert.equal(await others(), bystander);
    assert.equal((await run.nodes("--config", run.node.path(config))).nodes?.[0]?.state, "current");
  });

  test("from a container with only imagecred: configuration changed, kubelet restarted, node left as it was", async () => {
    const inContainer = async (...args: readonly string[]) => {
      await run.pods.create({
        name: "installer",
        image: "registry.k8s.io/pause:3.10",
        // The node's own executable, in the container's root and mounts.
        command: ["/workload", "chroot", "/", `/proc/1/root${imagecred}`, ...args, "-o", "json"],
        privileged: true,
      });
      const [exitCode, log] = [await run.pods.exitCode("installer"), await run.pods.log("installer")];
      await run.pods.remove("installer");
      return { exitCode, document: JSON.parse(log) as Report, log };
    };
    await run.node.must("sh", "-c", `printf '# changed\\n' >> ${written}/credential-provider-config.yaml`);
    const args = [
      ...INSTALL.slice(0, 4),
      `/proc/1/root${SOURCES}`,
      ...INSTALL.slice(5),
      "--root",
      "/proc/1/root",
    ];
    const changed = await inContainer(
      ...args,
      "--checksums",
      `/proc/1/root${written}/SHA256SUMS`,
      "--restart",
      `/proc/1/root${written}`,
    );
    assert.deepEqual([changed.exitCode, changed.document.restart?.state], [0, "restarted"], changed.log);
    assert.equal((await run.nodes("--config", run.node.path(config))).nodes?.[0]?.state, "current");
    const gone = await inContainer("uninstall", "--root", "/proc/1/root", "--restart");
    assert.deepEqual([gone.exitCode, gone.document.restart?.state], [0, "restarted"], gone.log);
    assert.equal(await files(), was);
    assert.equal(await others(), bystander);
    assert.equal((await run.node.run("test", "-e", RECORD)).exitCode, 1);
    assert.equal((await run.nodes()).nodes?.[0]?.state, "none");
    await run.pods.remove("bystander");
  });

  test("the error for a user who may not query nodes names the missing permission", async () => {
    await run.serviceAccount("no-rights", "default", {});
    const token = (await run.kubectl("create", "token", "no-rights")).trim();
    const kubeconfig = `${run.cluster.controlPlane.kubeconfig}.no-rights`;
    const view = JSON.parse(await run.kubectl("config", "view", "--raw", "-o", "json")) as {
      users: { user: object }[];
    };
    for (const entry of view.users) entry.user = { token };
    execFileSync("tee", [kubeconfig], { input: JSON.stringify(view), stdio: ["pipe", "ignore", "inherit"] });
    const program = anyExecutable("imagecred") ?? assert.fail("imagecred is not built");
    assert.throws(
      () =>
        execFileSync(program, ["nodes", "--kubeconfig", kubeconfig], {
          encoding: "utf8",
          env: {},
          stdio: "pipe",
        }),
      ({ status, stderr }: { status: number; stderr: string }) => {
        assert.equal(status, 1);
        assert.match(
          stderr,
          /listing the nodes of https:.*: 403: nodes is forbidden: User "system:serviceaccount:default:no-rights"/,
        );
        assert.match(stderr, /--resource=nodes,nodes\/proxy/);
        return true;
      },
    );
  });
}
