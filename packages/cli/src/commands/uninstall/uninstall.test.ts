import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import type { Clock } from "@imagecred/protocol";
import type { RestorationDocument } from "../../installation/restoration.ts";
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
} from "../../testing/kubeadm-node.ts";
import { type Bench, NOW } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import { treeOf } from "../../testing/tree.ts";

const RECORD = "var/lib/imagecred/installation.json";
const FLAGS = "etc/default/kubelet";
const UNINSTALL = ["uninstall"];
const ROLLBACK = ["install", "--rollback"];

/** The node's files, without the directory that init and the release wrote. */
const before = (place: Bench) => treeOf(place.root, ["imagecred-kubeadm"]);

async function restored(place: Bench, args: readonly string[]): Promise<RestorationDocument> {
  const ran = await place.run([...args, "-o", "json"]);
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  return checkedDocument(ran.stdout) as unknown as RestorationDocument;
}

/** An install at another time than the others. */
async function installAt(place: Bench, minute: number, ...args: readonly string[]): Promise<void> {
  const clock: Clock = { now: () => NOW + minute * 60_000, elapsed: () => 0, sleep: async () => {} };
  const { code, stderr } = await place.run(args.length === 0 ? COMMAND : args, { clock });
  assert.equal(code, 0, stderr);
}

/** A node with its own configuration, flags and executable, with distinct modes and owners. */
async function usedNode(): Promise<Bench> {
  const place = await node();
  put(place, FLAGS, "# ours\nKUBELET_EXTRA_ARGS=--v=2\n", 0o640);
  chownSync(place.path(FLAGS), 0, 4);
  put(place, CONFIG, "kind: old\n", 0o600);
  put(place, ECR, "an old one\n");
  chownSync(place.path(ECR), 7, 8);
  chmodSync(place.path(ECR), 0o4711);
  return place;
}

test("uninstall restores a node byte for byte, whatever was installed in between", asRoot, async () => {
  for (const make of [node, usedNode]) {
    using place = await make();
    const was = before(place);
    await installAt(place, 0);
    release(place, "#!/bin/sh\necho two\n");
    await installAt(place, 1);
    put(
      place,
      "other.yaml",
      `${readFileSync(place.path("imagecred-kubeadm/credential-provider-config.yaml"))}# more\n`,
    );
    await installAt(place, 2, ...COMMAND, "--config", "other.yaml");
    rmSync(place.path("other.yaml"));
    const { installs, undone, files } = await restored(place, UNINSTALL);
    assert.deepEqual([installs.length, undone, files.length], [3, "all", 3]);
    assert.deepEqual(before(place), was);
    const again = await restored(place, UNINSTALL);
    assert.deepEqual(again.files, []);
    assert.match(again.notes.join(), /Nothing is recorded in \/var\/lib\/imagecred\/installation\.json/);
  }
});

test("below --root, and with links in it", asRoot, async () => {
  using place = await node();
  for (const directory of ["image/etc/kubernetes", "image/srv/local", "image/usr"])
    mkdirSync(place.path(directory), { recursive: true });
  symlinkSync("/srv/local", place.path("image/usr/local"));
  put(place, "image/srv/flags", "A=b\n");
  mkdirSync(place.path("image/etc/default"));
  symlinkSync("/srv/flags", place.path("image", FLAGS));
  const was = treeOf(place.root);
  await install(place, ...COMMAND, "--root", "image");
  assert.ok(existsSync(place.path("image", RECORD)) && existsSync(place.path("image/srv/local/libexec")));
  await restored(place, [...UNINSTALL, "--root", "image"]);
  assert.deepEqual(treeOf(place.root), was);
});

test("each rollback undoes one install, the last one first", asRoot, async () => {
  using place = await usedNode();
  const was = before(place);
  await installAt(place, 0);
  const one = before(place);
  release(place, "#!/bin/sh\necho two\n");
  await installAt(place, 1);
  const { files, directories } = await restored(place, ROLLBACK);
  assert.deepEqual(
    files.map(({ path, state }) => [path, state]),
    [[`/${ECR}`, "restored"]],
  );
  assert.deepEqual(directories, []);
  assert.deepEqual({ ...before(place), [RECORD]: "" }, { ...one, [RECORD]: "" });
  await restored(place, ROLLBACK);
  assert.deepEqual(before(place), was);
  assert.match((await place.run(ROLLBACK)).stdout, /There is nothing to restore/);
});

test(
  "a file that was changed after the install is not lost: uninstall fails and names it; --force keeps a copy",
  asRoot,
  async () => {
    const spoil: readonly (readonly [string, (place: Bench) => void, RegExp])[] = [
      [
        "changed",
        (place) => put(place, FLAGS, "KUBELET_EXTRA_ARGS=--v=9\n"),
        /default\/kubelet was changed after it was installed/,
      ],
      ["removed", (place) => rmSync(place.path(CONFIG)), /config\.yaml was removed after it was installed/],
      [
        "mode",
        (place) => chmodSync(place.path(ECR), 0o700),
        /mode or owner of \S+ changed after it was installed \(0755 0:0, now 0700 0:0\)/,
      ],
    ];
    for (const [what, change, message] of spoil) {
      using place = await usedNode();
      const was = before(place);
      await installAt(place, 0);
      change(place);
      const changed = before(place);
      for (const args of [UNINSTALL, ROLLBACK]) {
        assert.match(await refused(place, args), message, what);
        assert.match(await refused(place, args), /nothing was changed: .*--force restores the files/, what);
      }
      assert.deepEqual(before(place), changed, what);
      const { notes } = await restored(place, [...UNINSTALL, "--force"]);
      const kept = /had been changed; a copy is (\S+)\.$/.exec(notes[0] ?? "")?.[1];
      assert.equal(kept === undefined, what === "removed", notes.join());
      if (kept !== undefined) rmSync(place.path(kept));
      assert.deepEqual(before(place), was, what);
    }
  },
);

test("a change between two installs is not lost", asRoot, async () => {
  using place = await usedNode();
  await installAt(place, 0);
  const flags = readFileSync(place.path(FLAGS), "utf8");
  writeFileSync(place.path(FLAGS), flags.replace("--v=2", "--v=4"));
  await installAt(place, 1, ...COMMAND, "--bin-dir", "/usr/local/libexec/other");
  assert.match(
    await refused(place, UNINSTALL),
    /default\/kubelet was changed by someone else between the installs of 2026-11-24T08:00:00\.000Z and 2026-11-24T08:01:00\.000Z \(a copy is \/etc\/default\/kubelet\.\S+\.bak\)/,
  );
  await restored(place, ROLLBACK);
  assert.match(readFileSync(place.path(FLAGS), "utf8"), /--v=4 --image-credential/);
});

test(
  "a missing or changed backup and a damaged record are errors, and nothing is changed",
  asRoot,
  async () => {
    using place = await usedNode();
    const document = await install(place);
    const backup = document.files.find(({ role }) => role === "config")?.backup ?? "";
    const [content, tree] = [readFileSync(place.path(backup)), before(place)];
    writeFileSync(place.path(backup), "another\n");
    assert.match(await refused(place, UNINSTALL), /the backup \S+ was changed .*; nothing was changed/);
    rmSync(place.path(backup));
    assert.match(await refused(place, [...UNINSTALL, "--force"]), /the backup \S+ is missing/);
    writeFileSync(place.path(backup), content);
    chmodSync(place.path(backup), 0o600);
    assert.deepEqual(before(place), tree);
    for (const text of ["{", '{"apiVersion":"imagecred.dev/v2","kind":"InstallationRecord","installs":[]}']) {
      put(place, RECORD, text);
      for (const args of [UNINSTALL, ROLLBACK])
        assert.match(await refused(place, args), /is damaged, or of another version/);
    }
  },
);

test("an interrupted install can be undone", asRoot, async () => {
  using place = await usedNode();
  const was = before(place);
  await install(place);
  // As after a power failure before the last file was written.
  const { files } = JSON.parse(readFileSync(place.path(RECORD), "utf8")).installs[0] as {
    files: { path: string; before?: { backup: string } }[];
  };
  const flags = files.find(({ path }) => path === `/${FLAGS}`);
  writeFileSync(place.path(FLAGS), "# ours\nKUBELET_EXTRA_ARGS=--v=2\n");
  chmodSync(place.path(FLAGS), 0o640);
  chownSync(place.path(FLAGS), 0, 4);
  rmSync(place.path(flags?.before?.backup ?? ""));
  await restored(place, UNINSTALL);
  assert.deepEqual(before(place), was);
});

test(
  "many upgrades: backups of the first state and of the last few installs are kept, no others",
  asRoot,
  async () => {
    using place = await usedNode();
    const was = before(place);
    for (let number = 0; number < 9; number++) {
      release(place, `#!/bin/sh\necho ${number}\n`);
      await installAt(place, number);
    }
    const backups = Object.keys(before(place)).filter((path) => path.endsWith(".bak"));
    // Three files of the first install; one executable each of the four after the merged ones.
    assert.equal(backups.length, 7, backups.join("\n"));
    await restored(place, UNINSTALL);
    assert.deepEqual(before(place), was);
  },
);

test("--dry-run shows what would change, and changes nothing", asRoot, async () => {
  using place = await usedNode();
  await install(place);
  const was = before(place);
  for (const args of [UNINSTALL, ROLLBACK]) {
    const { stdout } = await place.run([...args, "--dry-run"]);
    assert.match(stdout, /^Checked; nothing was changed:\n/);
    assert.match(stdout, /^-KUBELET_EXTRA_ARGS="--v=2 --image-credential-provider-config=\S+ /m);
    assert.match(stdout, /^\+KUBELET_EXTRA_ARGS=--v=2$/m);
    assert.match(stdout, /^owner of \/etc\/default\/kubelet: 0:0 -> 0:4$/m);
    assert.match(stdout, /^-SHA-256 [0-9a-f]{64}\n\+SHA-256 [0-9a-f]{64}$/m);
    assert.match(stdout, /^mode of \S+ecr-credential-provider: 0755 -> 4711$/m);
    assert.deepEqual(before(place), was);
  }
});

test("a directory stays if it has files that install did not write", asRoot, async () => {
  using place = await node();
  await install(place);
  put(place, ECR.replace("ecr-credential-provider", "of-someone-else"), "x");
  const { notes, directories } = await restored(place, UNINSTALL);
  assert.match(
    notes.join("\n"),
    /credential-providers was not removed because it is not empty \(of-someone-else\)/,
  );
  assert.deepEqual(directories, ["/var/lib/imagecred"]);
  assert.equal(statSync(place.path(ECR, "..")).isDirectory(), true);
});

test("invalid command lines", async () => {
  using place = await node();
  assert.equal((await place.run(["uninstall", "--wait", "5m"])).code, 2);
  assert.equal((await place.run(["install", "--force", "imagecred-kubeadm"])).code, 2);
  assert.match((await place.run(UNINSTALL, { userId: 1000 })).stderr, /uninstall must run as root: use sudo/);
  assert.match(
    (await place.run([...UNINSTALL, "--restart", "--wait", "soon"])).stderr,
    /expected a duration/,
  );
});
