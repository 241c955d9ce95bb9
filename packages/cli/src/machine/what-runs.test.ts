/** The running kubelet decides which configuration is used, not the files on disk. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { kubeletConfiguration, runningKubelet } from "@imagecred/node";
import type { DoctorDocument } from "../commands/doctor/document.ts";
import type { ExplainDocument } from "../commands/explain/document.ts";
import type { ValidateDocument } from "../commands/validate/document.ts";
import { chrootFileSystem } from "../testing/chroot-file-system.ts";
import { putKubelet } from "../testing/kubelet-process.ts";
import { answer, putPlugin } from "../testing/plugins.ts";
import { type Bench, bench } from "../testing/run.ts";
import { checkedDocument } from "../testing/schemas.ts";

const CONFIG = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: p
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "10m"
    matchImages: ["r.io"]
`;
const IMAGE = "r.io/team/app:v1";

function put(place: Bench, path: string, content: string): void {
  mkdirSync(dirname(place.path(path)), { recursive: true });
  writeFileSync(place.path(path), content);
}

function node(files: Readonly<Record<string, string>>): Bench {
  const place = bench();
  for (const [path, content] of Object.entries(files)) put(place, path, content);
  putPlugin(place, "p", answer({ "r.io": ["user", "right-password"] }));
  return place;
}

async function all(place: Bench, ...args: readonly string[]) {
  const run = async (words: readonly string[]) => {
    const { code, stdout, stderr } = await place.run([...words, ...args, "-o", "json"], {
      env: { PATH: "/usr/bin:/bin" },
    });
    return { code, stderr, document: stdout === "" ? undefined : checkedDocument(stdout) };
  };
  const [doctor, explain, validate] = [
    await run(["doctor", IMAGE, "--no-registry"]),
    await run(["explain", IMAGE]),
    await run(["validate"]),
  ];
  return {
    codes: [doctor.code, explain.code, validate.code],
    errors: [doctor.stderr, explain.stderr, validate.stderr].join(""),
    doctor: doctor.document as unknown as DoctorDocument,
    explain: explain.document as unknown as ExplainDocument,
    validate: validate.document as unknown as ValidateDocument,
  };
}

const WITHOUT =
  "process 57 was started without --image-credential-provider-config and -bin-dir: it runs no plugin";

test("a kubelet without flags runs no plugin, whatever files are at a distribution's path", async () => {
  using place = node({
    "etc/kubernetes/credential-provider-config.yaml": CONFIG,
    "usr/local/libexec/kubernetes/credential-providers/p": "",
    "lib/systemd/system/kubelet.service":
      "[Service]\nEnvironmentFile=-/etc/default/kubelet\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS\n",
  });
  putKubelet(place, 57, {
    words: ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml", "--node-ip=10.0.0.7"],
  });
  const { codes, doctor, explain, validate } = await all(place);
  assert.deepEqual(codes, [1, 1, 1]);
  const [first] = doctor.steps;
  assert.deepEqual([doctor.status, first?.status, first?.reason], ["failed", "failed", WITHOUT]);
  assert.match(
    first?.fix ?? "",
    /to KUBELET_EXTRA_ARGS in \/etc\/default\/kubelet \(imagecred install --distribution kubeadm does that\), then systemctl restart kubelet\.service$/,
  );
  assert.match(
    first?.details[0]?.message ?? "",
    /^the following steps use \/etc\/kubernetes\/\S+: 1 provider/,
  );
  assert.ok(doctor.steps.length > 2, "the other steps are run with the file");
  assert.equal(explain.problem?.reason, WITHOUT);
  const [finding] = validate.configs[0]?.findings ?? [];
  assert.deepEqual(
    [finding?.severity, finding?.code, finding?.source, finding?.message],
    ["error", "kubelet-without-flags", "node", WITHOUT],
  );
  const human = await place.run(["explain", IMAGE], { columns: 80 });
  assert.match(human.stdout, /process 57 was started without/);
});

test("flags that its unit got after it was started: the only advice is to restart it", async () => {
  using place = node({
    "etc/kubernetes/credential-provider-config.yaml": CONFIG,
    "etc/default/kubelet":
      'KUBELET_EXTRA_ARGS="--image-credential-provider-config=/etc/kubernetes/credential-provider-config.yaml --image-credential-provider-bin-dir=/usr/local/libexec/kubernetes/credential-providers"\n',
    "lib/systemd/system/kubelet.service":
      "[Service]\nEnvironmentFile=-/etc/default/kubelet\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS\n",
  });
  putKubelet(place, 57, { words: ["/usr/bin/kubelet"] });
  const { doctor } = await all(place);
  assert.equal(
    doctor.steps[0]?.fix,
    "its unit has both flags, but it was started before they were set: systemctl daemon-reload && systemctl restart kubelet.service",
  );
});

test("the same without any file at the distribution's path", async () => {
  using place = node({});
  putKubelet(place, 57, { words: ["kubelet"] });
  const { codes, explain } = await all(place);
  assert.deepEqual(codes, [1, 1, 1]);
  assert.match(JSON.stringify(explain), /process 57 was started without/);
});

test("k3s, whose arguments are hidden, by its unit and its files", async () => {
  using place = node({
    "creds/config.yaml": CONFIG,
    "var/lib/rancher/credentialprovider/config.yaml": CONFIG.replace("r.io", "other.io"),
    "var/lib/rancher/credentialprovider/bin/p": "",
    "etc/rancher/k3s/config.yaml": 'kubelet-arg+: ["image-credential-provider-config=/creds/config.yaml"]\n',
    "etc/systemd/system/k3s.service":
      "[Service]\nExecStart=/usr/local/bin/k3s \\\n    server \\\n\t'--kubelet-arg=image-credential-provider-bin-dir=/creds/bin' \\\n\n",
  });
  putKubelet(place, 812, {
    name: "k3s-server",
    words: ["/usr/local/bin/k3s server", "", ""],
    group: "/system.slice/k3s.service",
  });
  const { explain } = await all(place);
  assert.deepEqual(
    [explain.config, explain.binDir, explain.configSource, explain.problem],
    ["/creds/config.yaml", "/creds/bin", "flags of the kubelet that runs here (process 812)", null],
  );
});

test("for k3s without files at its paths, the message says what is missing", async () => {
  using place = node({ "var/lib/rancher/credentialprovider/config.yaml": CONFIG });
  putKubelet(place, 812, { name: "k3s", words: ["k3s", "server"] });
  const { explain, codes } = await all(place);
  assert.deepEqual(codes, [1, 1, 1]);
  assert.equal(
    explain.problem?.reason,
    "k3s (process 812) does not set its kubelet's credential provider flags because there is no directory /var/lib/rancher/credentialprovider/bin: it runs no plugin",
  );
  assert.match(explain.problem?.fix ?? "", /imagecred install --distribution k3s/);
});

test("RKE2 and k0s: the kubelet that they start is used", async () => {
  for (const [name, words, fix] of [
    ["rke2", ["/usr/local/bin/rke2 server", ""], /imagecred install --distribution rke2/],
    ["k0s", ["/usr/local/bin/k0s", "worker"], /install --distribution k0s, which adds --kubelet-extra-args=/],
  ] as const) {
    using place = node({ "etc/p.yaml": CONFIG });
    putKubelet(place, 5, { name, words });
    putKubelet(place, 57, { words: [`/var/lib/${name}/bin/kubelet`, "--v=2"], parent: 5 });
    const without = await all(place);
    assert.match(JSON.stringify(without.explain), /process 57 was started without/);
    assert.match(JSON.stringify(without.explain), fix);
    using alone = node({ "etc/kubernetes/credential-provider-config.yaml": CONFIG });
    putKubelet(alone, 5, { name, words });
    assert.match(
      (await all(alone)).explain.unseen.join(),
      /runs here \(process 5\), but its kubelet does not/,
    );
  }
});

test("MicroK8s, by its file of arguments", async () => {
  using place = node({
    "var/snap/microk8s/common/providers.yaml": CONFIG,
    "var/snap/microk8s/current/args/kubelet": `--image-credential-provider-config=\${SNAP_COMMON}/providers.yaml\n--image-credential-provider-bin-dir="\${SNAP_COMMON}/bin"\n`,
  });
  putKubelet(place, 57, {
    name: "kubelite",
    words: ["/snap/microk8s/9072/kubelite", "--kubelet-args-file=/var/snap/microk8s/current/args/kubelet"],
    env: { SNAP_COMMON: "/var/snap/microk8s/common" },
  });
  const { explain } = await all(place);
  assert.deepEqual(
    [explain.config, explain.binDir],
    ["/var/snap/microk8s/common/providers.yaml", "/var/snap/microk8s/common/bin"],
  );
});

test("MicroShift: its configuration and CRI-O are used, and a note says what it sets internally", async () => {
  const gate = "KubeletServiceAccountTokenForCredentialProviders";
  using place = node({
    "etc/kubernetes/credential-provider-config.yaml": CONFIG,
    "usr/local/libexec/kubernetes/credential-providers/p": "",
    "var/lib/microshift/resources/kubelet/config/config.yaml": `featureGates: {${gate}: true}\n`,
  });
  putKubelet(place, 57, { name: "microshift", words: ["/usr/bin/microshift", "run"] });
  const { explain, validate } = await all(place);
  assert.deepEqual(explain.unseen, [
    "MicroShift (process 57) sets its kubelet's flags internally, so --image-credential-provider-config is not known",
  ]);
  assert.deepEqual(
    validate.configs[0]?.findings.filter(({ source }) => source === "node").map(({ code }) => code),
    ["kubelet-not-seen"],
  );
  const found = runningKubelet(chrootFileSystem(place.root));
  assert.ok(found.state === "running");
  const { files, flags, directory } = found.kubelet;
  const configuration = kubeletConfiguration(files, flags, directory);
  assert.equal(configuration.featureGates.get(gate)?.enabled, true);
  assert.equal(configuration.runtimeEndpoint?.value, "unix:///var/run/crio/crio.sock");
});

test("feature gates of the running kubelet, and of the command line", async () => {
  const gate = "KubeletServiceAccountTokenForCredentialProviders";
  using place = node({
    "etc/p.yaml": `${CONFIG}    tokenAttributes: {serviceAccountTokenAudience: a, requireServiceAccount: false}\n`,
    "etc/kubelet.yaml": `featureGates: {${gate}: true}\n`,
  });
  mkdirSync(place.path("opt/bin"), { recursive: true });
  const words = [
    "kubelet",
    "--config=/etc/kubelet.yaml",
    "--image-credential-provider-config=/etc/p.yaml",
    "--image-credential-provider-bin-dir=/opt/bin",
  ];
  putKubelet(place, 57, { words });
  const accepted = async (...args: readonly string[]) => {
    const ran = await place.run(["validate", "--kubernetes-version", "1.33", ...args, "-o", "json"]);
    return (checkedDocument(ran.stdout) as unknown as ValidateDocument).configs[0]?.kubeletError;
  };
  assert.equal(await accepted(), null);
  assert.match((await accepted("--feature-gates", `${gate}=false`)) ?? "", /feature gate is disabled/);
  using other = node({
    "p.yaml": `${CONFIG}    tokenAttributes: {serviceAccountTokenAudience: a, requireServiceAccount: false}\n`,
  });
  const named = async (...args: readonly string[]) =>
    other.run(["validate", "p.yaml", "--kubernetes-version", "1.33", ...args]);
  assert.match((await named()).stdout, /feature gate is disabled/);
  assert.doesNotMatch(
    (await named("--feature-gates", `A=1,${gate}=true`)).stdout,
    /feature gate is disabled/,
  );
  const wrong = await named("--feature-gates", "A=maybe");
  assert.deepEqual(
    [wrong.code, wrong.stderr],
    [2, 'imagecred: --feature-gates: "A=maybe" is not NAME=true or NAME=false\n'],
  );
});

test("kubelets of other users are ignored, and several kubelets are an error", async () => {
  using place = node({ "evil.yaml": CONFIG, "etc/kubernetes/credential-provider-config.yaml": CONFIG });
  const words = [
    "kubelet",
    "--image-credential-provider-config=/evil.yaml",
    "--image-credential-provider-bin-dir=/evil",
  ];
  putKubelet(place, 9, { words, user: 1000 });
  putKubelet(place, 10, { words, namespace: "pid:[77]" });
  const { explain } = await all(place);
  assert.deepEqual(
    [explain.config, explain.configSource],
    ["/etc/kubernetes/credential-provider-config.yaml", "the usual path on kubeadm"],
  );
  assert.deepEqual(explain.unseen, [
    "process 9 is called kubelet, but it runs as user 1000, not as root",
    "process 10 is called kubelet, but it runs in a container (it has its own pid namespace)",
  ]);
  putKubelet(place, 100, { words });
  putKubelet(place, 57, { words });
  const several = await place.run(["explain", IMAGE]);
  assert.equal(several.code, 1);
  assert.match(
    several.stderr,
    /several kubelets run here: kubelet \(process 57\), kubelet \(process 100\); give the configuration/,
  );
});

test("root does not run a plugin that other users could replace", async () => {
  using place = node({ "config.yaml": CONFIG });
  const get = (userId: number) =>
    place.run(["get", IMAGE, "-c", "/config.yaml", "-b", "/opt/bin"], { userId });
  for (const [path, mode] of [
    ["opt/bin/p", 0o757],
    ["opt", 0o777],
    ["config.yaml", 0o666],
  ] as const) {
    chmodSync(place.path(path), mode);
    const refused = await get(0);
    assert.equal(refused.code, 1, path);
    assert.match(
      refused.stderr,
      /is writable by all users \(mode 0\d{3}\), so other users could replace .*: imagecred does not run it as root/,
      path,
    );
    assert.doesNotMatch((await get(1000)).stderr, /does not run it as root/);
    chmodSync(place.path(path), 0o755);
    assert.doesNotMatch((await get(0)).stderr, /does not run it as root/, path);
  }
});
