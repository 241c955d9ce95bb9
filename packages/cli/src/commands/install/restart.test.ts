import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { asRoot, COMMAND, CONFIG, put, release } from "../../testing/kubeadm-node.ts";
import { putKubelet } from "../../testing/kubelet-process.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import { type SystemdNode, type SystemdNodeOptions, systemdNode } from "../../testing/systemd-node.ts";
import { treeOf } from "../../testing/tree.ts";
import type { InstallationDocument } from "./document.ts";

const RESTART = [...COMMAND, "--restart"];
const RESTARTED = ["reset-failed kubelet.service", "restart --no-block kubelet.service"];
const RECORD = "var/lib/imagecred/installation.json";
const BAD = "imagecred-kubeadm/bad.yaml";
const REFUSAL = "var/lib/imagecred/refused.json";

/** The node's files, without what a restart changes. */
const files = ({ place }: SystemdNode) => treeOf(place.root, ["imagecred-kubeadm", "proc", "var/log"]);
/** The same without the note of the files that the kubelet did not start with, which stays. */
const filesButRefusal = (machine: SystemdNode) => {
  assert.ok(existsSync(machine.place.path(REFUSAL)));
  const note = [REFUSAL, ...(existsSync(machine.place.path(RECORD)) ? [] : [dirname(REFUSAL)])];
  return treeOf(machine.place.root, ["imagecred-kubeadm", "proc", "var/log", ...note]);
};

async function run({ place, options }: SystemdNode, args: readonly string[]) {
  const { code, stdout, stderr } = await place.run([...args, "-o", "json"], options);
  assert.equal(stderr, "");
  const document = checkedDocument(stdout) as unknown as InstallationDocument;
  return {
    code,
    document,
    restart: document.restart,
    message: "message" in document ? String(document.message) : "",
  };
}

/** A kubelet that exits if it has a credential provider. */
const refusing: SystemdNodeOptions = {
  starts: (words) => words.every((word) => !word.includes("credential")),
};

test("a kubelet that does not run with the installed files yet is restarted once", asRoot, async () => {
  using machine = await systemdNode();
  const first = await run(machine, RESTART);
  assert.equal(first.code, 0);
  assert.deepEqual(first.restart, {
    state: "restarted",
    service: "kubelet.service",
    pid: 101,
    milliseconds: first.restart?.milliseconds,
    needed: "kubelet (process 100) was started without --image-credential-provider-config",
    cause: null,
    evidence: "process",
  });
  assert.deepEqual(machine.asked, RESTARTED);
  const was = files(machine);
  const second = await run(machine, RESTART);
  assert.equal(second.restart?.state, "not-needed");
  assert.deepEqual(files(machine), was);
  release(machine.place, "#!/bin/sh\necho two\n");
  assert.equal((await run(machine, RESTART)).restart?.state, "not-needed");
  put(machine.place, "own.yaml", `${readFileSync(machine.place.path(CONFIG), "utf8")}# changed\n`);
  const changed = await run(machine, [...RESTART, "--config", "own.yaml"]);
  assert.equal(changed.restart?.state, "restarted");
  assert.match(
    changed.restart?.needed ?? "",
    /was started before \/etc\/kubernetes\/credential-provider-config\.yaml changed/,
  );
  assert.deepEqual(machine.asked, [...RESTARTED, ...RESTARTED]);
});

test("if the kubelet's metrics can be read, their hash decides whether it is restarted", asRoot, async () => {
  using machine = await systemdNode({ readOnlyPort: "kubelet" });
  const { place } = machine;
  const first = await run(machine, RESTART);
  assert.deepEqual([first.restart?.state, first.restart?.evidence], ["restarted", "metrics"]);
  assert.ok(machine.metricsRead.length > 0);
  for (const url of machine.metricsRead) assert.equal(url, "http://127.0.0.1:10255/metrics");
  // The same content with a new time, as some tools write it: by the times alone, the kubelet would be restarted.
  const later = new Date((machine.options.clock?.now() ?? 0) + 60_000);
  utimesSync(place.path(CONFIG), later, later);
  const same = await run(machine, RESTART);
  assert.deepEqual([same.restart?.state, same.restart?.evidence], ["not-needed", "metrics"]);
  const { stdout } = await place.run(RESTART, machine.options);
  assert.match(stdout, /already runs with it \(process 101; checked by the hash in its metrics\)/);
  // Other content with an old time, as from an archive.
  put(place, "own.yaml", `${readFileSync(place.path(CONFIG), "utf8")}# changed\n`);
  await place.run([...COMMAND, "--config", "own.yaml"], machine.options);
  utimesSync(place.path(CONFIG), new Date(0), new Date(0));
  const changed = await run(machine, [...RESTART, "--config", "own.yaml"]);
  assert.deepEqual([changed.restart?.state, changed.restart?.evidence], ["restarted", "metrics"]);
  assert.match(
    changed.restart?.needed ?? "",
    /runs with another configuration \(its metrics show sha256:[0-9a-f]{12}, the files have sha256:/,
  );
});

test("metrics of another process are not read", asRoot, async () => {
  for (const readOnlyPort of ["another process", undefined] as const) {
    using machine = await systemdNode(readOnlyPort === undefined ? {} : { readOnlyPort });
    await run(machine, RESTART);
    const { restart } = await run(machine, RESTART);
    assert.deepEqual([restart?.state, restart?.evidence], ["not-needed", "process"]);
    assert.deepEqual(machine.metricsRead, []);
    const { stdout } = await machine.place.run(RESTART, machine.options);
    assert.match(
      stdout,
      /already runs with it \(process 101; checked by its flags, start time and sockets\)/,
    );
  }
});

test(
  "--wait in a container: its own processes are not the machine's, even if one is called kubelet",
  asRoot,
  async () => {
    using hidden = await systemdNode();
    rmSync(hidden.place.path("proc/100"), { recursive: true });
    rmSync(hidden.place.path("proc/1/ns/pid"));
    symlinkSync("pid:[4026532999]", hidden.place.path("proc/1/ns/pid"));
    const was = files(hidden);
    const { code, message } = await run(hidden, [...COMMAND, "--wait", "5s"]);
    assert.equal(code, 1);
    assert.match(message, /--wait: only the processes of this container are visible .* needs hostPID/);
    assert.deepEqual(files(hidden), was);
    // The kubelet is down for the moment, and a container has a process with its name.
    using machine = await systemdNode();
    rmSync(machine.place.path("proc/100"), { recursive: true });
    putKubelet(machine.place, 55, { words: ["/usr/bin/kubelet"], namespace: "pid:[4026532999]" });
    const waited = await run(machine, [...COMMAND, "--wait", "5s"]);
    assert.deepEqual([waited.code, waited.restart?.state], [1, "late"], waited.message);
  },
);

test("if the kubelet does not start, the files are restored and the reason is shown", asRoot, async () => {
  using machine = await systemdNode(refusing);
  const was = files(machine);
  const { code, restart } = await run(machine, RESTART);
  assert.deepEqual([code, restart?.state, restart?.pid], [1, "rolled-back", 102]);
  // Log lines since the restart only, and without waiting for the timeout.
  assert.match(
    restart?.cause ?? "",
    /^Failed to register CRI auth plugins: no such thing \(kubelet\.service: activating \(auto-restart\)/,
  );
  assert.ok((restart?.milliseconds ?? 0) < 10_000);
  assert.deepEqual(machine.asked, [...RESTARTED, ...RESTARTED]);
  assert.deepEqual(filesButRefusal(machine), was);
  release(machine.place, "#!/bin/sh\necho two\n");
  const { stdout } = await machine.place.run(RESTART, machine.options);
  assert.match(stdout, /^Installed and rolled back:\n/);
  assert.match(
    stdout,
    /✗ The kubelet did not come up: Failed to register [^.]*\.service:[^.]*\. All files were restored/,
  );
});

test(
  "files with which the kubelet did not come up are installed again only after a change",
  asRoot,
  async () => {
    const isGood = (place: SystemdNode["place"]) =>
      !readFileSync(place.path(CONFIG), "utf8").includes("# bad");
    using machine = await systemdNode({
      starts: (_, place) => !existsSync(place.path(CONFIG)) || isGood(place),
    });
    const { place } = machine;
    const untouched = files(machine);
    await run(machine, RESTART);
    put(place, BAD, `${readFileSync(place.path(CONFIG), "utf8")}# bad\n`);
    const bad = [...RESTART, "--config", BAD];
    assert.equal((await run(machine, bad)).restart?.state, "rolled-back");
    const was = files(machine);
    machine.asked.splice(0);
    const words =
      /did not come up with this configuration and these executables at \S+Z \(Failed to register .*\), and all files were restored: imagecred does not retry .* remove \/var\/lib\/imagecred\/refused\.json; nothing was changed/;
    // As when Kubernetes restarts the failed container, or the pod: then the unprivileged container runs first.
    for (const args of [bad, bad, [...COMMAND, "--config", BAD]]) {
      const { code, message } = await run(machine, args);
      assert.equal(code, 1);
      assert.match(message, words);
    }
    const planned = await run(machine, [...bad, "--dry-run"]);
    assert.equal(planned.code, 0);
    assert.ok(planned.document.notes.some((note) => /^This node's kubelet did not come up/.test(note)));
    assert.deepEqual(machine.asked, []);
    assert.deepEqual(files(machine), was);
    // It could start with other executables.
    release(place, "#!/bin/sh\necho two\n");
    assert.equal((await run(machine, bad)).restart?.state, "rolled-back");
    assert.match((await run(machine, bad)).message, words);
    rmSync(place.path(REFUSAL));
    assert.equal((await run(machine, bad)).restart?.state, "rolled-back");
    // The note is removed once the kubelet runs with other files.
    assert.equal((await run(machine, RESTART)).restart?.state, "not-needed");
    assert.equal(existsSync(place.path(REFUSAL)), false);
    await run(machine, bad);
    assert.equal((await run(machine, ["uninstall", "--restart"])).code, 0);
    assert.deepEqual(files(machine), untouched);
    // Without any other record.
    using other = await systemdNode(refusing);
    const before = files(other);
    await run(other, RESTART);
    assert.equal((await run(other, ["uninstall"])).code, 0);
    assert.deepEqual(files(other), before);
  },
);

test("files of a run without --restart are restored by the run that restarts", asRoot, async () => {
  using machine = await systemdNode(refusing);
  const was = files(machine);
  assert.equal((await run(machine, COMMAND)).restart, null);
  release(machine.place, "#!/bin/sh\necho two\n");
  assert.equal((await run(machine, COMMAND)).code, 0);
  assert.equal((await run(machine, RESTART)).restart?.state, "rolled-back");
  assert.deepEqual(filesButRefusal(machine), was);
});

test(
  "a failed upgrade is rolled back to the last files that a kubelet ran with, even after a restart by someone else",
  asRoot,
  async () => {
    using machine = await systemdNode({
      starts: (_, place) => !readFileSync(place.path(CONFIG), "utf8").includes("# bad"),
    });
    await run(machine, COMMAND);
    machine.restart();
    const config = readFileSync(machine.place.path(CONFIG), "utf8");
    put(machine.place, "bad.yaml", `${config}# bad\n`);
    const { restart } = await run(machine, [...RESTART, "--config", "bad.yaml"]);
    assert.equal(restart?.state, "rolled-back");
    assert.equal(readFileSync(machine.place.path(CONFIG), "utf8"), config);
    assert.ok(existsSync(machine.place.path(RECORD)));
  },
);

test(
  "the wait ends in time for a kubelet that never listens, and for one that is not restarted",
  asRoot,
  async () => {
    using slow = await systemdNode({ startsAfterMs: 20_000 });
    const late = await run(slow, [...RESTART, "--wait", "5s"]);
    assert.deepEqual([late.code, late.restart?.state], [1, "down"]);
    assert.match(
      late.restart?.cause ?? "",
      /^kubelet\.service is active \(running\); with the previous files: /,
    );
    using other = await systemdNode();
    const waited = await run(other, [...COMMAND, "--wait", "5s"]);
    assert.deepEqual([waited.code, waited.restart?.state], [1, "late"]);
    assert.deepEqual(other.asked, []);
    other.restart();
    const now = await run(other, [...COMMAND, "--wait", "5s"]);
    assert.deepEqual([now.code, now.restart?.state, now.restart?.pid], [0, "not-needed", 101]);
  },
);

test("uninstall restarts a kubelet that runs with removed files", asRoot, async () => {
  using machine = await systemdNode();
  const was = files(machine);
  await run(machine, RESTART);
  const { code, restart } = await run(machine, ["uninstall", "--restart"]);
  assert.deepEqual([code, restart?.state, restart?.pid], [0, "restarted", 102]);
  assert.deepEqual(files(machine), was);
  assert.equal((await run(machine, ["uninstall", "--restart"])).restart?.state, "not-needed");
  await run(machine, RESTART);
  await run(machine, ["uninstall"]);
  // The restart that was forgotten.
  assert.match(
    (await run(machine, ["uninstall", "--restart"])).restart?.needed ?? "",
    /configuration that no longer exists/,
  );
});

test("a kubelet that cannot be restarted is an error before anything is changed", asRoot, async () => {
  const spoil: readonly (readonly [string, (machine: SystemdNode) => void, RegExp])[] = [
    [
      "no service manager",
      ({ place }) => rmSync(place.path("run/systemd"), { recursive: true }),
      /neither systemd nor OpenRC/,
    ],
    [
      "an unseen process 1",
      ({ place }) => rmSync(place.path("proc/1"), { recursive: true }),
      /a container needs hostPID/,
    ],
    [
      "no kubelet and no unit",
      ({ place }) => {
        rmSync(place.path("proc/100"), { recursive: true });
        rmSync(place.path("usr/lib/systemd"), { recursive: true });
      },
      /no kubelet runs here.* there is no kubelet service/,
    ],
  ];
  for (const [what, change, message] of spoil) {
    using machine = await systemdNode();
    change(machine);
    const was = files(machine);
    const { code, message: said } = await run(machine, RESTART);
    assert.equal(code, 1, what);
    assert.match(said, message, what);
    assert.deepEqual(files(machine), was, what);
  }
});

test("an image is not mistaken for the machine that runs a kubelet", asRoot, async () => {
  using machine = await systemdNode();
  put(machine.place, "image/etc/hostname", "image\n");
  const was = files(machine);
  const { code, message } = await run(machine, [...RESTART, "--root", "image"]);
  assert.equal(code, 1);
  assert.match(
    message,
    /does not see \/usr\/local\S+: \S+image is not the root directory of this machine, .* files were restored/,
  );
  assert.deepEqual(machine.asked, []);
  assert.deepEqual(files(machine), was);
});

test("k3s, which includes the kubelet, with systemd and OpenRC", asRoot, async () => {
  for (const openRc of [false, true]) {
    using machine = await systemdNode({ k3s: true, openRc });
    const { place } = machine;
    await place.run(["init", "--cloud", "aws", "--distribution", "k3s"]);
    const was = files(machine);
    const args = [
      "install",
      "--distribution",
      "k3s",
      "imagecred-k3s",
      "-e",
      "imagecred-kubeadm",
      "--restart",
    ];
    const first = await run(machine, args);
    const service = openRc ? "k3s" : "k3s.service";
    assert.deepEqual([first.code, first.restart?.state, first.restart?.service], [0, "restarted", service]);
    const asked = openRc ? ["k3s restart"] : ["reset-failed k3s.service", "restart --no-block k3s.service"];
    assert.deepEqual(machine.asked.splice(0), asked);
    assert.equal((await run(machine, args)).restart?.state, "not-needed");
    // Settings with the same value that k3s has not read yet.
    await machine.options.clock?.sleep(5000);
    const flag = "image-credential-provider-config=/var/lib/rancher/credentialprovider/config.yaml";
    put(place, "etc/rancher/k3s/config.yaml", `kubelet-arg: ["${flag}"]\n`);
    const later = new Date(machine.options.clock?.now() ?? 0);
    utimesSync(place.path("etc/rancher/k3s/config.yaml"), later, later);
    const changed = await run(machine, args);
    assert.equal(changed.restart?.state, "restarted");
    assert.match(
      changed.restart?.needed ?? "",
      /was started before \/etc\/rancher\/k3s\/config\.yaml changed/,
    );
    rmSync(place.path("etc/rancher"), { recursive: true });
    const gone = await run(machine, ["uninstall", "--restart"]);
    assert.equal(gone.restart?.state, "restarted");
    assert.deepEqual(files(machine), was);
  }
});
