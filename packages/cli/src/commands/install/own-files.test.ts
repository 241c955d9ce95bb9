/** Distributions that set the kubelet's flags in their own file: MicroK8s' arguments, and the command of k0s' unit. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { test } from "node:test";
import { asRoot, node, put } from "../../testing/kubeadm-node.ts";
import type { Bench } from "../../testing/run.ts";
import { treeOf } from "../../testing/tree.ts";

const ARGUMENTS = "var/snap/microk8s/current/args/kubelet";
const STOCK = `--kubeconfig=\${SNAP_DATA}/credentials/kubelet.config\n# own\n--node-labels=a=b\n`;
const MICROK8S = flags("/var/snap/microk8s/common/credential-providers");
const UNIT = "etc/systemd/system/k0sworker.service";
const COMMAND = "/usr/local/bin/k0s worker --token-file=/etc/k0s/token";
const K0S = flags("/var/lib/k0s/credential-providers");

function flags(directory: string): readonly string[] {
  return [
    `--image-credential-provider-config=${directory}/config.yaml`,
    `--image-credential-provider-bin-dir=${directory}/bin`,
  ];
}

const unit = (command: string) =>
  `[Unit]\nDescription=k0s\n\n[Service]\nStartLimitBurst=10\nExecStart=${command}\nRestart=always\n`;
const files = (place: Bench) => treeOf(place.root, ["imagecred-kubeadm"]);

async function installer(place: Bench, distribution: string) {
  const line = ["install", "--distribution", distribution, "imagecred-kubeadm"];
  return async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await place.run([...(args[0] === "uninstall" ? [] : line), ...args]);
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };
}

test("flags are added to MicroK8s' arguments and removed again, byte for byte", asRoot, async () => {
  using place = await node();
  put(place, "var/snap/microk8s/9072/args/kubelet", STOCK, 0o660);
  symlinkSync("9072", place.path("var/snap/microk8s/current"));
  const was = files(place);
  const install = await installer(place, "microk8s");
  const diff = await install("--dry-run");
  for (const flag of MICROK8S) assert.ok(diff.includes(`\n+${flag}\n`), diff);
  assert.match(diff, /^ --node-labels=a=b$/m);
  assert.deepEqual(files(place), was);
  const said = await install();
  assert.match(said, /snap restart microk8s\.daemon-kubelite/);
  assert.equal(readFileSync(place.path(ARGUMENTS), "utf8"), `${STOCK}${MICROK8S.join("\n")}\n`);
  const installed = files(place);
  assert.match(await install(), /Everything was already installed/);
  assert.deepEqual(files(place), installed);
  await install("--rollback");
  assert.deepEqual(files(place), was);

  // snap refresh copies the data of a revision for the next one, and points `current` to it.
  await install();
  const snap = (name: string) => place.path("var/snap/microk8s", name);
  cpSync(snap("9072"), snap("9100"), { recursive: true, preserveTimestamps: true });
  rmSync(snap("current"));
  symlinkSync("9100", snap("current"));
  rmSync(snap("9072"), { recursive: true });
  assert.match(await install(), /Everything was already installed/);
  await install("uninstall");
  rmSync(snap("current"));
  renameSync(snap("9100"), snap("9072"));
  symlinkSync("9072", snap("current"));
  assert.deepEqual(files(place), was);
});

test("the option is added to k0s' unit and removed again, byte for byte", asRoot, async () => {
  using place = await node();
  put(place, UNIT, unit(COMMAND));
  const was = files(place);
  const install = await installer(place, "k0s");
  const line = `ExecStart=${COMMAND} "--kubelet-extra-args=${K0S.join(" ")}"`;
  assert.ok((await install("--dry-run")).includes(`\n-ExecStart=${COMMAND}\n+${line}\n`));
  assert.deepEqual(files(place), was);
  // systemd reads its units again before the restart.
  assert.match(await install(), /systemctl daemon-reload && sudo systemctl try-restart 'k0s\*\.service'/);
  assert.ok(readFileSync(place.path(UNIT), "utf8").includes(`\n${line}\n`));
  assert.match(await install(), /Everything was already installed/);
  await install("uninstall");
  assert.deepEqual(files(place), was);
});

test("a node that has neither is rejected before anything is changed", asRoot, async () => {
  for (const [distribution, message] of [
    ["microk8s", /kubelet does not exist: MicroK8s is not installed; nothing was changed: add --image-/],
    ["k0s", /no k0s service .* run k0s install first; nothing was changed/],
  ] as const) {
    using place = await node();
    mkdirSync(place.path("var/snap"), { recursive: true });
    const was = files(place);
    const ran = await place.run(["install", "--distribution", distribution, "imagecred-kubeadm"]);
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, message);
    assert.deepEqual(files(place), was);
  }
});
