import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { METADATA } from "@imagecred/workspace";
import { KUBERNETES_VERSION } from "../../programs/index.ts";
import { interfaces, nodeNetwork } from "../../world/network.ts";
import type { SharedCluster } from "../shared-cluster.ts";

/** The cluster itself: it works, and it is isolated. */
export function describeNode(run: SharedCluster): void {
  test("the node is Ready, with the release's version and containerd as its runtime", async () => {
    const { status } = await run.cluster.api.get(`/api/v1/nodes/${run.node.name}`);
    const { nodeInfo } = status as { nodeInfo: Readonly<Record<string, string>> };
    assert.equal(nodeInfo["kubeletVersion"], KUBERNETES_VERSION);
    assert.match(nodeInfo["containerRuntimeVersion"] ?? "", /^containerd:\/\/2\./);
  });

  test("the metadata address is the world's own, and there is no way out of the world", async () => {
    assert.deepEqual(interfaces().toSorted(), ["lo", run.node.name]);
    const route = await run.node.must("ip", "route", "get", METADATA.address);
    assert.ok(route.startsWith(`${METADATA.address} via ${nodeNetwork(1).gateway} dev eth0`), route);
    // The node's network is not the machine's either.
    const own = readFileSync("/proc/self/net/route", "utf8");
    assert.ok(
      !own.split("\n").some((line) => line.split("\t")[1] === "00000000"),
      "the world has a default route",
    );
  });
}
