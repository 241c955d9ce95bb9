import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PATHS } from "../../node/files.ts";
import type { Node } from "../../node/node.ts";
import { PLUGIN_PATHS, pluginContent } from "../../plugins.ts";
import { OLDER_KUBELET_VERSION } from "../../programs/index.ts";
import { ran } from "../installer.ts";
import { differences, type Snapshot, snapshot } from "../node-snapshot.ts";
import { containerOf } from "../running.ts";
import { type SharedCluster, taggedImage } from "../shared-cluster.ts";

const { binDir: SOURCES, imagecred, written } = PLUGIN_PATHS;
const DISTRIBUTION = ["--distribution", "kubeadm"];
const INSTALL = ["install", ...DISTRIBUTION, "-e", SOURCES, "--checksums", `${written}/SHA256SUMS`];
const BIN_DIR = "/opt/imagecred/bin";
const AUDIENCE = "sts.amazonaws.com";
const ROLE = "older-kubelet-audience";

/**
 * The installer on a node with an older kubelet: its configuration has no directories, no `cacheType`, and
 * tokens behind a feature gate only; its metrics do not have the configuration's hash.
 * @param kubelet path of the program
 */
export function describeOlderKubelet(run: SharedCluster, kubelet: string): void {
  let node: Node;
  let untouched: Snapshot;
  let beside: string;
  const install = (...args: readonly string[]) =>
    ran(node, imagecred, ...INSTALL, "--bin-dir", BIN_DIR, ...args);
  /** Has `imagecred init` write the directory to install from. */
  const init = async (...args: readonly string[]) => {
    await node.must(imagecred, "init", ...DISTRIBUTION, "--force", "-d", written, ...args);
    await node.must("sh", "-c", `cd ${SOURCES} && sha256sum *-credential-provider > ${written}/SHA256SUMS`);
  };
  const pulls = async (tag: string, serviceAccount?: string) => {
    const account = serviceAccount === undefined ? {} : { serviceAccount };
    await run.pods.start({ name: tag, image: taggedImage(tag)("ecr"), node: node.name, ...account });
    await run.pods.remove(tag);
  };

  before(async () => {
    node = await run.addOwnNode({ ...(await pluginContent(run.cluster.clouds)), kubelet });
    const image = "registry.k8s.io/pause:3.10";
    beside = containerOf(await run.pods.start({ name: "beside-older", image, node: node.name }));
    untouched = snapshot(node);
    await init("--cloud", "aws,gcp");
  });

  after(() => run.removeNode(node));

  test("installed and restarted, it pulls, and nodes says that this release shows no hash", async () => {
    const { exitCode, document, stdout } = await install("--restart", written);
    assert.deepEqual([exitCode, document.restart?.state], [0, "restarted"], stdout);
    await pulls("older");
    const [said] = (await run.nodes("--selector", `kubernetes.io/hostname=${node.name}`)).nodes ?? [];
    assert.equal(said?.kubeletVersion, OLDER_KUBELET_VERSION);
    assert.equal(said?.state, "unknown");
    assert.match(said?.problem ?? "", /kubelets before 1\.34 do not show the hash/);
    assert.deepEqual(
      said?.plugins?.map(({ name, runs, errors }) => [name, runs, errors]),
      [["ecr-credential-provider", 1, 0]],
    );
    const again = await install("--restart", written);
    assert.deepEqual([again.exitCode, again.document.restart?.state], [0, "not-needed"], again.stdout);
    for (const restart of [document.restart, again.document.restart])
      assert.equal(restart?.evidence, "process");
  });

  test("settings that this release does not know are rejected before anything is changed, with its own message", async () => {
    const before = snapshot(node);
    const refused = async (words: RegExp, ...args: readonly string[]) => {
      const { exitCode, stderr } = await node.run(imagecred, ...INSTALL, "--bin-dir", BIN_DIR, ...args);
      assert.equal(exitCode, 1, stderr);
      assert.match(stderr, words);
    };
    await node.must("mkdir", "/etc/kubernetes/providers.d");
    await refused(/is a directory/, "--config-path", "/etc/kubernetes/providers.d", written);
    await node.must("rmdir", "/etc/kubernetes/providers.d");
    await init("--cloud", "aws", "--pod-identity");
    await refused(/unknown field "providers\[0\]\.tokenAttributes\.cacheType"/, written);
    await node.must("sed", "-i", "/cacheType:/d", `${written}/credential-provider-config.yaml`);
    await refused(/KubeletServiceAccountTokenForCredentialProviders feature gate/, written);
    assert.deepEqual(
      differences(before, snapshot(node)).filter((line) => !line.startsWith(written)),
      [],
    );
  });

  test("with the feature gate, pods pull as their service account", async () => {
    const configuration = JSON.parse(node.read(PATHS.kubeletConfig)) as object;
    const gates = { KubeletServiceAccountTokenForCredentialProviders: true };
    const original = node.read(PATHS.kubeletConfig);
    node.write(PATHS.kubeletConfig, JSON.stringify({ ...configuration, featureGates: gates }));
    const { exitCode, document, stdout } = await install("--restart", written);
    assert.deepEqual([exitCode, document.restart?.state], [0, "restarted"], stdout);
    // Without a path it checks the running kubelet's configuration, for that release with that gate.
    const judged = await node.run(imagecred, "validate");
    assert.match(judged.stdout, /Kubelet 1\.33 accepts it: 1 provider/);
    assert.match(judged.stdout, /\[cache-type-missing\]/);
    await run.applyAudienceRole(ROLE, [AUDIENCE]);
    await run.serviceAccount("older", "default", {
      "eks.amazonaws.com/ecr-role-arn": run.cluster.clouds.aws.roleArn("pod"),
    });
    const tokens = () =>
      run.cluster.clouds.requests.filter(({ operation }) => operation === "AssumeRoleWithWebIdentity").length;
    const before = tokens();
    await pulls("older-pod", "older");
    assert.equal(tokens(), before + 1);
    await run.removeAudienceRole(ROLE);
    node.write(PATHS.kubeletConfig, original);
  });

  test("a kubelet that does not start with it: all files are restored, and it runs as before", async () => {
    const gone = await ran(node, imagecred, "install", "--rollback", "--restart");
    assert.deepEqual([gone.exitCode, gone.document.restart?.state], [0, "restarted"], gone.stdout);
    const before = snapshot(node);
    await node.must("sh", "-c", "mkdir /run/noexec && mount -t tmpfs -o noexec,mode=755 none /run/noexec");
    await init("--cloud", "aws,gcp");
    const args = [...INSTALL, "--bin-dir", "/run/noexec", "--restart", written];
    const { exitCode, document, stdout } = await ran(node, imagecred, ...args);
    assert.deepEqual([exitCode, document.restart?.state], [1, "rolled-back"], stdout);
    assert.match(document.restart?.cause ?? "", /ecr-credential-provider/, stdout);
    await node.must("rm", "/var/lib/imagecred/refused.json");
    await node.must("umount", "/run/noexec");
    // The record has the kubelet's new process.
    const ours = [written, "/var/lib/imagecred/installation.json"];
    assert.deepEqual(
      differences(before, snapshot(node)).filter((line) => !ours.some((path) => line.startsWith(path))),
      [],
    );
    await pulls("older-healed");
  });

  test("after the uninstall its node is as before, byte for byte, and only the kubelet was restarted", async () => {
    const { exitCode, document, stdout } = await ran(node, imagecred, "uninstall", "--restart");
    assert.deepEqual([exitCode, document.restart?.state], [0, "restarted"], stdout);
    await node.must("rm", "-r", written);
    assert.deepEqual(differences(untouched, snapshot(node)), []);
    await run.pods.create({ name: "older-late", image: taggedImage("late")("ecr"), node: node.name });
    await run.pods.pullFailed("older-late");
    assert.equal(containerOf(await run.pods.running("beside-older")), beside);
    for (const name of ["older-late", "beside-older"]) await run.pods.remove(name);
  });
}
