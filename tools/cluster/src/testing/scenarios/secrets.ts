import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { SharedCluster } from "../shared-cluster.ts";

/** Checks the logs after all other tests. */
export function describeSecrets(run: SharedCluster): void {
  test("no component's log has a secret in it", () => {
    const { controlPlane, nodes } = run.cluster;
    const ofNodes = nodes.flatMap((node) =>
      Object.entries(node.logs).map(([component, path]) => [`${node.name}'s ${component}`, path] as const),
    );
    const logs: Readonly<Record<string, string>> = {
      ...controlPlane.logs,
      ...Object.fromEntries([...ofNodes, ...run.keptLogs]),
    };
    assert.ok(Object.keys(logs).length >= 4 + 2 * nodes.length + run.keptLogs.length);
    const { secrets } = run.cluster.clouds;
    const kinds = new Set(secrets.list().map(({ kind }) => kind));
    // Tokens that pods and others sent to a cloud, and those that they got in exchange.
    assert.ok(kinds.has("token") && kinds.has("aws.registryPassword"), [...kinds].join());
    for (const [component, path] of Object.entries(logs)) {
      const text = readFileSync(path, "utf8");
      assert.notEqual(text, "", `${component} has logged`);
      assert.deepEqual(secrets.findIn(text), [], component);
    }
  });

  test("the fake clouds had no errors of their own", () => {
    assert.deepEqual(run.cluster.clouds.defects.map(String), []);
  });
}
