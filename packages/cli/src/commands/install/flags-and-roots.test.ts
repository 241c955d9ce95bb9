import assert from "node:assert/strict";
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { test } from "node:test";
import { asRoot, CONFIG, ECR, install, node, put, refused } from "../../testing/kubeadm-node.ts";
import type { Bench } from "../../testing/run.ts";

const FLAGS =
  "--image-credential-provider-config=/etc/kubernetes/credential-provider-config.yaml --image-credential-provider-bin-dir=/usr/local/libexec/kubernetes/credential-providers";

function unit(place: Bench, environmentFile: string, root = ""): void {
  put(place, `${root}usr/lib/systemd/system/kubelet.service`, "[Service]\nExecStart=/usr/bin/kubelet\n");
  put(
    place,
    `${root}usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf`,
    `[Service]\nEnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\nEnvironmentFile=-${environmentFile}\nExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS\n`,
  );
}

const EDITS: readonly (readonly [what: string, before: string, after: string])[] = [
  [
    "the rpm's default line, and an operator's below it",
    'KUBELET_EXTRA_ARGS=\nKUBELET_EXTRA_ARGS="--node-ip=10.0.0.7 --cloud-provider=external"\n',
    `KUBELET_EXTRA_ARGS=\nKUBELET_EXTRA_ARGS="--node-ip=10.0.0.7 --cloud-provider=external ${FLAGS}"\n`,
  ],
  [
    "a continued line",
    'KUBELET_EXTRA_ARGS="--node-ip=10.0.0.7 \\\n  --cloud-provider=external"\n',
    `KUBELET_EXTRA_ARGS="--node-ip=10.0.0.7   --cloud-provider=external ${FLAGS}"\n`,
  ],
  [
    "quotes within quotes",
    `KUBELET_EXTRA_ARGS='--node-labels=a=b --register-with-taints="k=v:NoSchedule"'\n`,
    `KUBELET_EXTRA_ARGS="--node-labels=a=b --register-with-taints=\\"k=v:NoSchedule\\" ${FLAGS}"\n`,
  ],
];

test("existing flags are kept, with and without the unit", asRoot, async () => {
  for (const [what, before, after] of EDITS) {
    for (const withUnit of [true, false]) {
      using place = await node();
      if (withUnit) unit(place, "/etc/default/kubelet");
      put(place, "etc/default/kubelet", before);
      await install(place);
      assert.equal(readFileSync(place.path("etc/default/kubelet"), "utf8"), after, `${what} ${withUnit}`);
    }
  }
});

test(
  "the flags are written to the file that the unit reads, even if the directory of another one exists",
  asRoot,
  async () => {
    using place = await node();
    mkdirSync(place.path("etc/sysconfig"));
    unit(place, "/etc/default/kubelet");
    await install(place);
    assert.match(readFileSync(place.path("etc/default/kubelet"), "utf8"), /image-credential-provider-config/);
    assert.deepEqual(readdirSync(place.path("etc/sysconfig")), []);
  },
);

test(
  "chosen paths are written to the flags; the flag can name a directory of configurations",
  asRoot,
  async () => {
    using place = await node();
    mkdirSync(place.path("etc/kubernetes/providers.d"));
    const own = [
      "install",
      "--distribution",
      "kubeadm",
      "--bin-dir",
      "/opt/b",
      "imagecred-kubeadm",
      "--config-path",
    ];
    await install(place, ...own, "/etc/own.yaml");
    const flags = () => readFileSync(place.path("etc/default/kubelet"), "utf8");
    assert.equal(
      flags(),
      'KUBELET_EXTRA_ARGS="--image-credential-provider-config=/etc/own.yaml --image-credential-provider-bin-dir=/opt/b"\n',
    );
    const document = await install(place, ...own, "/etc/kubernetes/providers.d");
    assert.match(flags(), /config=\/etc\/kubernetes\/providers\.d --/);
    assert.equal(document.configPath, "/etc/kubernetes/providers.d/credential-provider-config.yaml");
  },
);

test(
  "if systemd would not read the flags, nothing is changed and the message has the line to add",
  asRoot,
  async () => {
    using place = await node();
    put(place, "etc/systemd/system/kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet --config=/x\n");
    assert.match(
      await refused(place),
      /flags are not changed: the command of kubelet\.service .* has no variable for more flags; nothing was changed: add --image-credential-provider-config=\S+ --image-credential-provider-bin-dir=\S+ to ExecStart= of \/etc\/systemd\/system\/kubelet\.service/,
    );
    assert.equal(statSync(place.path(CONFIG), { throwIfNoEntry: false }), undefined);
  },
);

test("files that k3s would not read because of its settings are not installed", asRoot, async () => {
  using place = await node();
  await place.run(["init", "--cloud", "aws", "--distribution", "k3s"]);
  put(
    place,
    "etc/rancher/k3s/config.yaml",
    'kubelet-arg: ["image-credential-provider-config=/creds/config.yaml"]\n',
  );
  const command = ["install", "--distribution", "k3s", "imagecred-k3s", "-e", "imagecred-kubeadm"];
  assert.match(
    await refused(place, command),
    /k3s uses \/creds\/config\.yaml \(\/etc\/rancher\/k3s\/config\.yaml:1\), not \/var\/lib\/rancher\/credentialprovider\/config\.yaml: install with --config-path \/creds\/config\.yaml/,
  );
  await install(place, ...command, "--config-path", "/creds/config.yaml");
});

test("an absolute link in an image is resolved within the image", asRoot, async () => {
  using place = await node();
  for (const directory of ["image/etc/kubernetes", "image/srv/local", "image/usr", "srv/local"]) {
    mkdirSync(place.path(directory), { recursive: true });
  }
  symlinkSync("/srv/local", place.path("image/usr/local"));
  rmSync(place.path("image/etc/kubernetes"), { recursive: true });
  symlinkSync("../../../../../../srv", place.path("image/etc/kubernetes"));
  put(place, "srv/credential-provider-config.yaml", "the build host's own\n", 0o600);
  const document = await install(
    place,
    "install",
    "--distribution",
    "kubeadm",
    "imagecred-kubeadm",
    "--root",
    "image",
  );
  assert.deepEqual(
    document.files.map(({ state, backup }) => [state, backup]),
    [
      ["installed", null],
      ["installed", null],
      ["installed", null],
    ],
  );
  const inImage = (path: string) => statSync(place.path("image", path), { throwIfNoEntry: false })?.isFile();
  assert.ok(inImage(ECR.replace("usr/local", "srv/local")));
  assert.ok(inImage("srv/credential-provider-config.yaml"));
  assert.deepEqual(readdirSync(place.path("srv/local")), []);
  assert.equal(
    readFileSync(place.path("srv/credential-provider-config.yaml"), "utf8"),
    "the build host's own\n",
  );
});

test(
  "a link at the configuration's path does not copy a file of the host into the image",
  asRoot,
  async () => {
    using place = await node();
    mkdirSync(place.path("image/etc/kubernetes"), { recursive: true });
    put(place, "etc/secret", "the build host's\n", 0o600);
    put(place, "image/etc/secret", "the image's\n", 0o600);
    symlinkSync("/etc/secret", place.path("image", CONFIG));
    const document = await install(
      place,
      "install",
      "--distribution",
      "kubeadm",
      "imagecred-kubeadm",
      "--root",
      "image",
    );
    const config = document.files.find(({ role }) => role === "config");
    assert.equal(config?.backup?.startsWith(place.path("image/etc/secret.")), true, config?.backup ?? "none");
    assert.equal(readFileSync(config?.backup ?? "", "utf8"), "the image's\n");
    assert.equal(statSync(place.path("image/etc/secret")).mode & 0o7777, 0o600);
    assert.equal(readFileSync(place.path("etc/secret"), "utf8"), "the build host's\n");
  },
);

test("modes are never widened, and links of other users are not followed", asRoot, async () => {
  using place = await node();
  await install(place);
  chmodSync(place.path(CONFIG), 0o600);
  put(
    place,
    "imagecred-kubeadm/credential-provider-config.yaml",
    `${readFileSync(place.path(CONFIG), "utf8")}# more\n`,
  );
  await install(place);
  assert.equal(statSync(place.path(CONFIG)).mode & 0o7777, 0o600);
  using other = await node();
  mkdirSync(other.path("usr/libexec"));
  symlinkSync("/usr/libexec", other.path("usr/local/libexec"));
  lchownSync(other.path("usr/local/libexec"), 1000, 1000);
  assert.match(
    await refused(other),
    /\/usr\/local\/libexec is a link to \/usr\/libexec that belongs to user 1000, who could replace what the kubelet runs as root; chown -h root:root/,
  );
});
