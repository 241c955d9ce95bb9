import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { binDirectories, NOT_BUILT } from "../src/executables.ts";
import { goMissing, NEWEST } from "../src/go-build.ts";
import { ACR_IMAGE, ECR_IMAGE, GCR_IMAGE } from "../src/identities.ts";
import { nameOf, TestNode } from "../src/node-with-clouds.ts";

const [{ binDir } = { binDir: "" }] = binDirectories();
const skip = goMissing() ?? (binDir === "" ? NOT_BUILT : false);

describe("clouds that reject requests, in the kubelet's log", { skip }, () => {
  let node: TestNode;

  before(async () => {
    node = await TestNode.make(NEWEST, binDir);
  });
  after(async () => {
    assert.deepEqual(node.clouds.defects, []);
    await node[Symbol.asyncDispose]();
  });
  beforeEach(() => node.clouds.reset());

  for (const [plugin, image, fault] of [
    ["ecr", ECR_IMAGE, { service: "aws.ecr", operation: "GetAuthorizationToken" }],
    ["acr", ACR_IMAGE, { service: "azure.acr", operation: "Exchange" }],
    ["gcr", GCR_IMAGE, { service: "google.metadata" }],
  ] as const) {
    test(`${plugin}: a rejection by the cloud is logged once by the kubelet, is counted, and is not cached`, async () => {
      await node.start([await node.itself(plugin)]);
      const before = (await node.kubelet.metrics())[nameOf(plugin)] ?? { runs: 0, errors: 0 };
      await node.clouds.faults.add({
        ...fault,
        fault: { kind: "answer", reply: { status: 403, body: "{}" } },
      });
      const found = await node.kubelet.lookup(image);
      assert.deepEqual(found.creds, []);
      const [entry = "", ...more] = found.log.filter((text) =>
        text.includes("Failed to provide credentials"),
      );
      assert.deepEqual(more, []);
      // klog's form for a value that ends with a line break, as the plugin's line on stderr does.
      const [head, line = "", tail, ...rest] = entry.split("\n");
      assert.equal(head, '"Failed to provide credentials for image" err=<');
      const error = `\tfailed to get credential from external registry credential provider: error execing credential provider plugin ${nameOf(plugin)} for image ${image}: exit status 1: ${nameOf(plugin)}: `;
      assert.equal(line.slice(0, error.length), error);
      assert.equal(tail, ` > provider="${nameOf(plugin)}" image="${image}"`);
      assert.deepEqual(rest, []);
      assert.match(line, /403/);
      assert.deepEqual(node.clouds.secrets.findIn(found.log.join("\n")), []);
      await node.clouds.faults.clear();
      await node.opens(image, await node.kubelet.lookup(image));
      const now = (await node.kubelet.metrics())[nameOf(plugin)];
      assert.deepEqual(now, { runs: before.runs + 2, errors: before.errors + 1 });
    });
  }
});
