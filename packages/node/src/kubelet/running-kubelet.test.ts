import assert from "node:assert/strict";
import { test } from "node:test";
import type { Files } from "../files/files.ts";
import { readText } from "../files/read-text.ts";
import { flagValue } from "../flags/flag.ts";
import { machine } from "../testing/machine.ts";
import { asRoot } from "../testing/privileges.ts";
import { runningKubelet } from "./running-kubelet.ts";

const FLAGS = ["--image-credential-provider-config=/c", "--image-credential-provider-bin-dir", "/b"];
const needs = asRoot("namespaces");

test("a kubelet without the flags is found, and has none", needs, async () => {
  await using node = await machine([
    {
      name: "kubelet",
      args: ["--config=/var/lib/kubelet/config.yaml", "--node-ip=10.0.0.7"],
      env: { HTTPS_PROXY: "p", LD_LIBRARY_PATH: "/evil" },
    },
  ]);
  const found = runningKubelet(node.files);
  assert.ok(found.state === "running", JSON.stringify(found));
  const { kubelet } = found;
  assert.equal(flagValue(kubelet.flags, "image-credential-provider-config"), undefined);
  assert.deepEqual(kubelet.flags.unseen, []);
  assert.equal(flagValue(kubelet.flags, "config")?.value, "/var/lib/kubelet/config.yaml");
  assert.equal(
    flagValue(kubelet.flags, "config")?.source.label,
    `the command line of process ${kubelet.pid}`,
  );
  assert.deepEqual(
    [kubelet.environment?.["HTTPS_PROXY"], kubelet.environment?.["LD_LIBRARY_PATH"]],
    ["p", undefined],
  );
  assert.equal(kubelet.mounts, "shared");
  assert.ok(Math.abs((kubelet.startedAt ?? 0) - Date.now()) < 60_000);
});

test("only processes of the machine's root are accepted", needs, async () => {
  const user = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"];
  const half = ["setpriv", "--ruid=1000"];
  await using node = await machine([
    { name: "kubelet", args: ["--image-credential-provider-config=/evil"], within: user },
    { name: "kubelet", args: ["--image-credential-provider-config=/evil"], within: half },
    {
      name: "kubelet",
      args: ["--image-credential-provider-config=/evil"],
      within: ["unshare", "--pid", "--mount", "--fork"],
    },
    {
      name: "kubelet",
      args: ["--image-credential-provider-config=/evil"],
      within: ["unshare", "--user", "--map-root-user"],
    },
    {
      name: "kubelet",
      args: ["--image-credential-provider-config=/evil"],
      within: ["unshare", "--mount", "setpriv", "--bounding-set=-sys_admin"],
    },
    { name: "kubelet", args: FLAGS },
  ]);
  const found = runningKubelet(node.files);
  assert.ok(found.state === "running", JSON.stringify(found));
  assert.equal(flagValue(found.kubelet.flags, "image-credential-provider-config")?.value, "/c");
  assert.equal(flagValue(found.kubelet.flags, "image-credential-provider-bin-dir")?.value, "/b");
  assert.deepEqual(found.impostors.map(({ because }) => because).sort(), [
    "it is root only in its own user namespace",
    "it runs as user 1000, not as root",
    "it runs as user 1000, not as root",
    "it runs in a container (it has its own pid namespace)",
    "it runs in a container without a kubelet's capabilities",
  ]);
});

test("several kubelets are sorted by numeric process ID", needs, async () => {
  const others = Array.from({ length: 8 }, () => ({ name: "other" }));
  await using node = await machine([
    { name: "kubelet", args: FLAGS },
    ...others,
    { name: "kubelite" },
    { name: "kubelet" },
  ]);
  const found = runningKubelet(node.files);
  assert.ok(found.state === "several", JSON.stringify(found));
  const pids = found.kubelets.map(({ pid }) => pid);
  assert.deepEqual(
    pids,
    [...pids].sort((a, b) => a - b),
  );
  assert.ok(String(pids[0]) > String(pids[1]), "this test needs process IDs that sort differently as texts");
  assert.deepEqual(
    found.kubelets.map(({ program }) => program),
    ["kubelet", "kubelite", "kubelet"],
  );
});

test("files of a kubelet with its own mounts are read through its root", needs, async () => {
  // In its mounts there is another file at the flag's path than on the machine.
  const start = 'directory=$1; shift; mount --bind "$directory/own" "$directory/host" && exec "$@"';
  await using node = await machine(
    [
      {
        name: "kubelet",
        args: FLAGS,
        within: (at) => ["unshare", "--mount", "bash", "-c", start, "bash", at],
      },
    ],
    { "host/config.yaml": "host", "own/config.yaml": "own" },
  );
  const found = runningKubelet(node.files);
  assert.ok(found.state === "running", JSON.stringify(found));
  assert.equal(found.kubelet.mounts, "own");
  const path = `${node.directory}/host/config.yaml`;
  const textOf = (files: Files) => {
    const text = readText(files, path);
    return text.state === "read" ? text.text : text.state;
  };
  assert.deepEqual([textOf(found.kubelet.files), textOf(node.files)], ["own", "host"]);
});

test("no kubelet, and reasons why one may still run", needs, async () => {
  await using node = await machine([
    { name: "rke2", args: ["server"], title: "/usr/local/bin/rke2 server" },
    { name: "kubelet", args: ["--version"] },
    { name: "k3s", args: ["kubectl", "get", "nodes"] },
  ]);
  const found = runningKubelet(node.files);
  assert.ok(found.state === "none", JSON.stringify(found));
  assert.match(
    found.notes.join("; "),
    /RKE2 runs here \(process \d+\), but its kubelet does not; only the processes of this container/,
  );
});
