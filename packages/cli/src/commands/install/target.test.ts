import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { describe, test } from "node:test";
import {
  asRoot,
  COMMAND,
  CONFIG,
  ECR,
  install,
  node,
  put,
  refused,
  sha256,
} from "../../testing/kubeadm-node.ts";

const image = [...COMMAND, "--root", "image"];

describe("roots", asRoot, () => {
  test("a missing root, a file, and an image whose mount failed", async () => {
    using place = await node();
    assert.match(
      await refused(place, [...COMMAND, "--root", "nothing"]),
      /--root nothing: there is no such directory/,
    );
    put(place, "file", "");
    assert.match(await refused(place, [...COMMAND, "--root", "file"]), /is a file and not a directory/);
    mkdirSync(place.path("empty"));
    assert.match(
      await refused(place, [...COMMAND, "--root", "empty"]),
      /neither etc nor usr: check that the image is mounted/,
    );
  });

  test("an image is not restarted", async () => {
    using place = await node();
    mkdirSync(place.path("image/etc"), { recursive: true });
    assert.equal((await install(place, ...image)).restartCommand, null);
    const { stdout } = await place.run([...image, "--bin-dir", "/opt/other"]);
    assert.match(
      stdout,
      /The kubelet reads its configuration only when it starts: in an image when it boots/,
    );
  });
});

describe("files on the node keep their mode, and a failure changes nothing", asRoot, () => {
  test("0600 stays 0600, in the backup too", async () => {
    using place = await node();
    put(place, CONFIG, "kind: old\n", 0o600);
    const document = await install(place);
    assert.equal(statSync(place.path(CONFIG)).mode & 0o7777, 0o600);
    const backup = document.files.find(({ role }) => role === "config")?.backup ?? "";
    assert.equal(statSync(backup.startsWith(place.root) ? backup : place.path(backup)).mode & 0o7777, 0o600);
  });

  test("a file that cannot be written is an error before anything is changed", async () => {
    using place = await node();
    mkdirSync(place.path("etc/default/kubelet"));
    assert.match(await refused(place), /etc\/default\/kubelet/);
    assert.equal(existsSync(place.path(ECR)), false);
    assert.equal(existsSync(place.path(CONFIG)), false);
    assert.deepEqual(readdirSync(place.path("usr/local")), []);
  });
});

describe("node 5.4: what the new configuration lacks", asRoot, () => {
  const old = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  # of another team
  - name: other-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "5m"
    matchImages: ["registry.example.com"]
  - name: ecr-credential-provider
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    defaultCacheDuration: "5m"
    matchImages: ["mirror.example.com"]
    args: ["--registry=mirror.example.com=123456789012.dkr.ecr.us-west-2.amazonaws.com"]
`;

  test("is listed, and the backup has it", async () => {
    using place = await node();
    put(place, CONFIG, old);
    const { notes } = await install(place);
    assert.match(
      notes.join("\n"),
      /the provider other-provider, the pattern mirror\.example\.com of ecr-credential-provider, the argument --registry=/,
    );
  });

  test("is kept with --merge, and the kubelet accepts the result", async () => {
    using place = await node();
    put(place, CONFIG, old);
    put(place, ECR.replace("ecr-credential-provider", "other-provider"), "#!/bin/sh\n", 0o755);
    await install(place, ...COMMAND, "--merge");
    const text = readFileSync(place.path(CONFIG), "utf8");
    assert.match(text, /name: other-provider/);
    assert.match(text, /mirror\.example\.com/);
    const { code } = await place.run(["validate", CONFIG, "-o", "json"]);
    assert.ok(code === 0 || code === 1);
  });
});

test("the executables can be in the current directory, as after unpacking a release", asRoot, async () => {
  using place = await node();
  for (const name of ["ecr-credential-provider", "SHA256SUMS"]) {
    writeFileSync(place.path(name), readFileSync(place.path("imagecred-kubeadm", name)));
  }
  const { rmSync } = await import("node:fs");
  rmSync(place.path("imagecred-kubeadm/ecr-credential-provider"));
  chmodSync(place.path("ecr-credential-provider"), 0o644);
  assert.equal((await install(place)).files[0]?.sha256, sha256("#!/bin/sh\necho one\n"));
});
