import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync } from "node:fs";
import { test } from "node:test";
import { asRoot, CONFIG, install, node, put, refused, states } from "../../testing/kubeadm-node.ts";

const MAP = "etc/kubernetes/identities.yaml";
const SOURCE = "imagecred-kubeadm/identities.yaml";

/** A node for which init wrote an --identities file. */
async function withMap(path = `/${MAP}`) {
  const place = await node();
  const words = ["init", "--cloud", "aws", "--distribution", "kubeadm", "--identities", path, "--force"];
  assert.equal((await place.run(words)).code, 0);
  return place;
}

test(
  "the file is installed before the configuration that names it, and uninstall removes it",
  asRoot,
  async () => {
    using place = await withMap();
    const document = await install(place);
    assert.deepEqual(states(document).slice(0, 3), [
      "executable installed",
      "identities installed",
      "config installed",
    ]);
    assert.equal(readFileSync(place.path(MAP), "utf8"), readFileSync(place.path(SOURCE), "utf8"));
    const { mode, uid } = statSync(place.path(MAP));
    assert.deepEqual([mode & 0o7777, uid], [0o644, 0]);
    assert.equal((await place.run(["uninstall"])).code, 0);
    assert.equal(statSync(place.path(MAP), { throwIfNoEntry: false }), undefined);
  },
);

test("a changed file replaces the installed one without a restart", asRoot, async () => {
  using place = await withMap();
  await install(place);
  put(place, SOURCE, readFileSync(place.path(SOURCE), "utf8").replace("role/image-pull", "role/other"));
  const document = await install(place);
  assert.deepEqual(states(document).slice(0, 3), [
    "executable unchanged",
    "identities replaced",
    "config unchanged",
  ]);
  assert.equal(document.restartNeeded, false);
  assert.match(readFileSync(place.path(MAP), "utf8"), /role\/other/);
});

test("another file name, next to the configuration or elsewhere", asRoot, async () => {
  using place = await withMap("/etc/kubernetes/map.yaml");
  await install(place);
  assert.ok(statSync(place.path("etc/kubernetes/map.yaml")).isFile());
  put(place, "imagecred-kubeadm/map.yaml", `${readFileSync(place.path(SOURCE), "utf8")}# own\n`);
  await install(place);
  assert.match(readFileSync(place.path("etc/kubernetes/map.yaml"), "utf8"), /# own/);
});

test("neither a file that the plugin would reject nor its configuration is installed", asRoot, async () => {
  using place = await withMap();
  put(place, SOURCE, readFileSync(place.path(SOURCE), "utf8").replace("roleArn:", "roleArnn:"));
  assert.match(
    await refused(place),
    /identities\.yaml:\d+:\d+: identities\[0\]\.aws has the unknown field "roleArnn".*every pull through ecr-credential-provider would fail/,
  );
  assert.equal(statSync(place.path(CONFIG), { throwIfNoEntry: false }), undefined);
});

test("a missing file is an error; a file that is already on the node stays", asRoot, async () => {
  using place = await withMap();
  rmSync(place.path(SOURCE));
  assert.match(
    await refused(place),
    /names \/etc\/kubernetes\/identities\.yaml \(--identities\), which is neither on the node nor in imagecred-kubeadm/,
  );
  put(place, MAP, "apiVersion: imagecred.dev/v1alpha1\n");
  const document = await install(place);
  assert.ok(document.files.every(({ role }) => role !== "identities"));
  assert.equal(readFileSync(place.path(MAP), "utf8"), "apiVersion: imagecred.dev/v1alpha1\n");
});
