import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { asRoot, CONFIG, install, node, put, refused, release } from "../../testing/kubeadm-node.ts";
import type { Bench } from "../../testing/run.ts";

test("directories that other users can write to are rejected, at every level", asRoot, async () => {
  const spoil: readonly (readonly [string, (place: Bench) => void, RegExp])[] = [
    [
      "world-writable",
      (place) => chmodSync(place.path("usr/local"), 0o777),
      /\/usr\/local is writable by all users \(mode 0777\).*chmod o-w/,
    ],
    [
      "sticky and world-writable",
      (place) => chmodSync(place.path("usr/local"), 0o1777),
      /writable by all users/,
    ],
    [
      "of a group",
      (place) => {
        chownSync(place.path("usr/local"), 0, 50);
        chmodSync(place.path("usr/local"), 0o775);
      },
      /writable by group 50/,
    ],
    [
      "of a user",
      (place) => chownSync(place.path("etc/kubernetes"), 1000, 0),
      /\/etc\/kubernetes belongs to user 1000.*chown root:root/,
    ],
    [
      "behind a link",
      (place) => {
        mkdirSync(place.path("srv"), { mode: 0o755 });
        chmodSync(place.path("srv"), 0o777);
        mkdirSync(place.path("usr/local/libexec"));
        symlinkSync("/srv", place.path("usr/local/libexec/kubernetes"));
      },
      /\/srv is writable by all users/,
    ],
    [
      "a dangling link",
      (place) => {
        mkdirSync(place.path("usr/local/libexec"));
        symlinkSync("/gone", place.path("usr/local/libexec/kubernetes"));
      },
      /is a link to something that does not exist/,
    ],
    [
      "a file in its place",
      (place) => writeFileSync(place.path("usr/local/libexec"), ""),
      /is not a directory/,
    ],
  ];
  for (const [what, make, message] of spoil) {
    using place = await node();
    make(place);
    assert.match(await refused(place), message, what);
    assert.equal(existsSync(place.path(CONFIG)), false, what);
  }
  using place = await node();
  chmodSync(place.path("usr/local"), 0o775);
  await install(place);
});

test("files with which the kubelet would not start are not installed", asRoot, async () => {
  using place = await node();
  put(place, "imagecred-kubeadm/credential-provider-config.yaml", "kind: nonsense\n");
  assert.match(
    await refused(place),
    /the kubelet would not start with imagecred-kubeadm\/credential-provider-config\.yaml: .*imagecred validate/,
  );
  put(place, "imagecred-kubeadm/ecr-credential-provider", "text\n");
  using other = await node();
  release(other, "no executable\n");
  assert.match(await refused(other), /neither an ELF executable nor a script/);
  release(other, "\x7fELF".padEnd(64, "\0"));
  assert.match(
    await refused(other),
    /cannot be started: its ELF type is 0: not an executable; download it again/,
  );
});
