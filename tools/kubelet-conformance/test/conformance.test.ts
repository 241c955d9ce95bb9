import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { binDirectories, NOT_BUILT } from "../src/executables.ts";
import { goMissing } from "../src/go-build.ts";
import { ACR_IMAGE, ECR_IMAGE, GCR_IMAGE, POD, WAYS } from "../src/identities.ts";
import type { Pod } from "../src/kubelet-code.ts";
import { nameOf, PLUGINS, TestNode } from "../src/node-with-clouds.ts";
import { NEWEST, RELEASES } from "../src/releases.ts";

const [{ binDir } = { binDir: "" }] = binDirectories();
const skip = goMissing() ?? (binDir === "" ? NOT_BUILT : false);

describe("our executables under the kubelet's own code", { skip }, () => {
  let node: TestNode;

  before(async () => {
    node = await TestNode.make(NEWEST, binDir);
  });
  after(async () => {
    assert.deepEqual(node.clouds.defects, []);
    await node[Symbol.asyncDispose]();
  });
  beforeEach(() => node.clouds.reset());

  for (const { plugin, what, image, setUp } of WAYS) {
    test(`${plugin}: ${what}; the second pull uses the cache, a pull after its expiry does not`, async () => {
      const { serviceAccount, ...provider } = await setUp(node.clouds);
      const pod: Pod = serviceAccount === undefined ? {} : POD;
      await node.start([{ plugin, ...provider }], { accounts: serviceAccount ? [serviceAccount] : [] });
      const before = await node.runs(plugin);
      const first = await node.opens(image, await node.kubelet.lookup(image, pod));
      assert.equal(await node.runs(plugin), before + 1);
      await node.clouds.reset();
      const second = await node.kubelet.lookup(`${image}:other-tag`, pod);
      assert.deepEqual(second.creds, [first]);
      assert.equal(await node.runs(plugin), before + 1);
      assert.equal(node.asked(), 0);
      // Longer than the lifetime of any cloud's credential.
      await node.kubelet.advance(86_400);
      await node.opens(image, await node.kubelet.lookup(image, pod));
      assert.equal(await node.runs(plugin), before + 2);
      assert.equal((await node.kubelet.metrics())[nameOf(plugin)]?.errors ?? 0, 0);
    });
  }

  for (const { runtime, binDir: other } of binDirectories()) {
    for (const release of RELEASES) {
      test(`one node, three clouds: ${runtime} executables, ${release}`, async () => {
        await using three = await TestNode.make(release, other);
        await three.start(await Promise.all(PLUGINS.map((plugin) => three.itself(plugin))));
        for (const image of [ECR_IMAGE, ACR_IMAGE, GCR_IMAGE]) {
          await three.opens(image, await three.kubelet.lookup(image));
        }
        assert.deepEqual((await three.kubelet.lookup("docker.io/library/nginx")).creds, []);
        const once = Object.fromEntries(PLUGINS.map((plugin) => [nameOf(plugin), { runs: 1, errors: 0 }]));
        assert.deepEqual(await three.kubelet.metrics(), once);
      });
    }
  }

  test("gcr: one run serves two images in two Google registries, and gcr.io", async () => {
    await node.start([await node.itself("gcr")]);
    const before = await node.runs("gcr");
    for (const image of [
      GCR_IMAGE,
      "europe-docker.pkg.dev/project/repo/app",
      "gcr.io/project/app",
      "eu.gcr.io/project/app",
    ]) {
      await node.opens(image, await node.kubelet.lookup(image));
    }
    assert.equal(await node.runs("gcr"), before + 1);
    assert.equal(node.clouds.requests.filter(({ service }) => service === "google.metadata").length, 1);
  });

  test("ecr and acr: one run per registry host, and each credential only for its host", async () => {
    await node.start([await node.itself("ecr"), await node.itself("acr")]);
    const before = { ecr: await node.runs("ecr"), acr: await node.runs("acr") };
    const other = ECR_IMAGE.replace("us-west-2", "eu-central-1");
    for (const image of [
      ECR_IMAGE,
      ECR_IMAGE.replace("team/app", "app"),
      other,
      ACR_IMAGE,
      ACR_IMAGE.replace("team/app", "app"),
    ]) {
      await node.opens(image, await node.kubelet.lookup(image));
    }
    assert.equal(await node.runs("ecr"), before.ecr + 2);
    assert.equal(await node.runs("acr"), before.acr + 1);
  });

  test("a pull secret is tried before the plugin's credential", async () => {
    await node.start([await node.itself("ecr")]);
    const [host = ""] = ECR_IMAGE.split("/");
    const secret = JSON.stringify({ auths: { [host]: { username: "from-secret", password: "p" } } });
    const { creds } = await node.kubelet.lookup(ECR_IMAGE, { secrets: [secret] });
    assert.deepEqual(
      creds.map(({ username }) => username),
      ["from-secret", "AWS"],
    );
  });
});
