import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import {
  asRoot,
  COMMAND,
  CONFIG,
  ECR,
  install,
  node,
  put,
  refused,
  release,
  sha256,
  states,
} from "../../testing/kubeadm-node.ts";

test(
  "executables, flags and configuration are installed, owned by root, and no other files are left",
  asRoot,
  async () => {
    using place = await node();
    put(place, "etc/default/kubelet", 'KUBELET_EXTRA_ARGS="--v=2"\n');
    const document = await install(place);
    assert.deepEqual(states(document), ["executable installed", "config installed", "node-file replaced"]);
    assert.equal(document.restartNeeded, true);
    assert.equal(document.restartCommand, "systemctl restart kubelet");
    assert.equal(document.files[0]?.checksumFile, "imagecred-kubeadm/SHA256SUMS");
    const { mode, uid, gid } = statSync(place.path(ECR));
    assert.deepEqual([mode & 0o7777, uid, gid], [0o755, 0, 0]);
    assert.equal(statSync(place.path(CONFIG)).mode & 0o7777, 0o644);
    assert.equal(
      readFileSync(place.path(CONFIG), "utf8"),
      readFileSync(place.path("imagecred-kubeadm/credential-provider-config.yaml"), "utf8"),
    );
    assert.match(
      readFileSync(place.path("etc/default/kubelet"), "utf8"),
      /^KUBELET_EXTRA_ARGS="--v=2 --image-credential-provider-config=\/etc\/kubernetes\/\S+ --image-credential-provider-bin-dir=\/usr\/local\/libexec\/kubernetes\/credential-providers"\n$/,
    );
    assert.deepEqual(readdirSync(dirname(place.path(ECR))), ["ecr-credential-provider"]);
    assert.equal(
      readFileSync(place.path(document.files[2]?.backup ?? ""), "utf8"),
      'KUBELET_EXTRA_ARGS="--v=2"\n',
    );
  },
);

test(
  "a second run changes nothing; a new executable needs no restart, and the old one is kept as a backup",
  asRoot,
  async () => {
    using place = await node();
    await install(place);
    const again = await install(place);
    assert.deepEqual(states(again), ["executable unchanged", "config unchanged", "node-file unchanged"]);
    assert.equal(again.restartNeeded, false);
    release(place, "#!/bin/sh\necho two\n");
    const inode = statSync(place.path(ECR)).ino;
    const newer = await install(place);
    assert.deepEqual(states(newer), ["executable replaced", "config unchanged", "node-file unchanged"]);
    assert.equal(newer.restartNeeded, false);
    // Renamed over the old file, not written into it: a running plugin keeps the old file.
    assert.notEqual(statSync(place.path(ECR)).ino, inode);
    const backup = newer.files[0]?.backup ?? "";
    assert.match(backup, /ecr-credential-provider\.20261124T080000Z\.bak$/);
    assert.equal(readFileSync(place.path(backup), "utf8"), "#!/bin/sh\necho one\n");
    release(place, "#!/bin/sh\necho three\n");
    const third = await install(place);
    assert.match(third.files[0]?.backup ?? "", /\.20261124T080000Z-2\.bak$/);
  },
);

test("a changed mode or owner is corrected", asRoot, async () => {
  using place = await node();
  await install(place);
  chmodSync(place.path(ECR), 0o777);
  assert.equal((await install(place)).files[0]?.state, "replaced");
  assert.equal(statSync(place.path(ECR)).mode & 0o7777, 0o755);
  chownSync(place.path(ECR), 1000, 0);
  assert.equal((await install(place)).files[0]?.state, "replaced");
});

test(
  "checksums: one that differs, none, --no-checksums, a file per executable, a release name",
  asRoot,
  async () => {
    using place = await node();
    put(place, "imagecred-kubeadm/ecr-credential-provider", "#!/bin/sh\necho tampered\n");
    assert.match(
      await refused(place),
      /has the SHA-256 [0-9a-f]{64}, but imagecred-kubeadm\/SHA256SUMS has [0-9a-f]{64}: it is damaged/,
    );
    assert.equal(existsSync(place.path(ECR)), false);
    put(place, "imagecred-kubeadm/SHA256SUMS", "");
    assert.match(
      await refused(place),
      /no checksum found for imagecred-kubeadm\/ecr-credential-provider .*--no-checksums/,
    );
    put(place, "imagecred-kubeadm/ecr-credential-provider.sha256", sha256("#!/bin/sh\necho tampered\n"));
    assert.equal(
      (await install(place)).files[0]?.checksumFile,
      "imagecred-kubeadm/ecr-credential-provider.sha256",
    );
    put(place, "imagecred-kubeadm/ecr-credential-provider", "#!/bin/sh\nunknown\n");
    put(place, "imagecred-kubeadm/ecr-credential-provider.sha256", "");
    assert.equal((await install(place, ...COMMAND, "--no-checksums")).files[0]?.checksumFile, null);

    using other = await node();
    const [architecture] = process.arch === "arm64" ? ["arm64"] : ["amd64"];
    const content = "#!/bin/sh\nreleased\n";
    put(other, `dist/ecr-credential-provider-linux-${architecture}`, content);
    put(other, "sums", `${sha256(content)}  ecr-credential-provider-linux-${architecture}\n`);
    const document = await install(other, ...COMMAND, "--executables", "dist", "--checksums", "sums");
    assert.equal(document.files[0]?.to, other.path(ECR).slice(other.root.length));
    assert.equal(readFileSync(other.path(ECR), "utf8"), content);
  },
);

test("--executables-only installs executables, and a note names what stays as it is", asRoot, async () => {
  using place = await node();
  await install(place);
  put(place, "new/ecr-credential-provider", "#!/bin/sh\nnew\n");
  put(place, "new/SHA256SUMS", `${sha256("#!/bin/sh\nnew\n")}  ecr-credential-provider\n`);
  const document = await install(place, "install", "--distribution", "kubeadm", "--executables-only", "new");
  assert.deepEqual(states(document), ["executable replaced"]);
  assert.equal(document.restartNeeded, false);
  assert.match(
    document.notes.join("\n"),
    /credential-provider-config\.yaml and the kubelet's flags stay as they are/,
  );
  assert.match(
    await refused(place, ["install", "--distribution", "kubeadm", "new"]),
    /there is no configuration new\/credential-provider-config\.yaml; .*keep the installed one with --executables-only/,
  );
  assert.match(
    await refused(place, ["install", "--distribution", "kubeadm", "nwe", "-e", "new"]),
    /there is no directory nwe/,
  );
  assert.match(
    await refused(await node(), [
      "install",
      "--distribution",
      "kubeadm",
      "--executables-only",
      "imagecred-kubeadm",
    ]),
    /--executables-only: there is no configuration at/,
  );
});

test("--root installs into an image, --dry-run changes nothing", asRoot, async () => {
  using place = await node();
  for (const directory of ["image/etc/sysconfig", "image/usr"])
    mkdirSync(place.path(directory), { recursive: true });
  const planned = await install(place, ...COMMAND, "--root", "image", "--dry-run");
  assert.equal(planned.dryRun, true);
  assert.deepEqual(states(planned), ["executable installed", "config installed", "node-file installed"]);
  assert.deepEqual(readdirSync(place.path("image")), ["etc", "usr"]);
  assert.deepEqual(readdirSync(place.path("image/usr")), []);
  await install(place, ...COMMAND, "--root", "image");
  assert.ok(existsSync(place.path("image", ECR)) && existsSync(place.path("image", CONFIG)));
  assert.ok(existsSync(place.path("image/etc/sysconfig/kubelet")));
  assert.equal(existsSync(place.path(ECR)), false);
});

test("chosen paths, and invalid command lines", asRoot, async () => {
  using place = await node();
  const own = await install(
    place,
    "install",
    "--bin-dir",
    "/opt/bin",
    "--config-path",
    "/etc/providers.yaml",
    "imagecred-kubeadm",
  );
  assert.deepEqual(
    own.files.map(({ to }) => to),
    ["/opt/bin/ecr-credential-provider", "/etc/providers.yaml"],
  );
  for (const args of [
    ["install", "imagecred-kubeadm"],
    ["install", "--bin-dir", "opt", "--config-path", "/etc/x", "imagecred-kubeadm"],
    ["install", "--distribution", "nonsense", "imagecred-kubeadm"],
    ["install", "--distribution", "talos", "imagecred-kubeadm"],
  ]) {
    assert.equal((await place.run(args)).code, 2, args.join(" "));
  }
});

test("install requires root", async () => {
  using place = await node();
  const { code, stderr } = await place.run(COMMAND, { userId: 1000 });
  assert.equal(code, 1);
  assert.match(stderr, /install must run as root: use sudo/);
});

test("human-readable output", asRoot, async () => {
  using place = await node();
  const first = await place.run(COMMAND);
  assert.equal(
    first.stdout.replaceAll(place.root, ""),
    `Installed:
  ✓  /usr/local/libexec/kubernetes/credential-providers/ecr-credential-provider
     installed, checksum verified with imagecred-kubeadm/SHA256SUMS
  ✓  /etc/kubernetes/credential-provider-config.yaml                             installed
  ✓  /etc/default/kubelet                                                        installed

Restart the kubelet to read the configuration: sudo systemctl restart kubelet
`,
  );
  assert.match((await place.run(COMMAND)).stdout, /Everything was already installed\.\n$/);
  release(place, "#!/bin/sh\nnew\n");
  assert.match(
    (await place.run(COMMAND)).stdout,
    /No restart is needed: the kubelet runs the new executables for the next pull\.\n$/,
  );
});
