import assert from "node:assert/strict";
import { test } from "node:test";
import { pluginName } from "../../plugins.ts";
import { type SharedCluster, taggedImage } from "../shared-cluster.ts";

const SERVICE_ACCOUNTS = 10;
const PODS = 100;

/** Many pods at once, each with its service account's identity. */
export function describeCrowd(run: SharedCluster): void {
  test(`${PODS} pods of ${SERVICE_ACCOUNTS} service accounts cost ${SERVICE_ACCOUNTS} runs of the plugin`, async () => {
    const image = taggedImage("crowd")("ecr");
    const annotations = { "eks.amazonaws.com/ecr-role-arn": run.cluster.clouds.aws.roleArn("pod") };
    const accounts = Array.from({ length: SERVICE_ACCOUNTS }, (_, index) => `crowd-${index}`);
    for (const account of accounts) await run.serviceAccount(account, "default", annotations);
    const runs = async () => (await run.pluginRuns())[pluginName("ecr")] ?? 0;
    const [runsBefore, callsBefore] = [await runs(), calls()];
    const pods = Array.from({ length: PODS }, (_, index) => ({
      name: `crowd-${index}`,
      image,
      serviceAccount: accounts[index % SERVICE_ACCOUNTS] ?? "",
      labels: { crowd: "" },
      // The pods' network is not under test, and costs four processes each.
      hostNetwork: true,
    }));
    // The kubelet merges requests with the same token, but each pod has its own: the first pod of each service account starts earlier.
    for (const pod of pods.slice(0, SERVICE_ACCOUNTS)) await run.pods.create(pod);
    await run.pods.allRunning("crowd", SERVICE_ACCOUNTS, 60);
    for (const pod of pods.slice(SERVICE_ACCOUNTS)) await run.pods.create(pod);
    await run.pods.allRunning("crowd", PODS, 180);

    assert.equal((await runs()) - runsBefore, SERVICE_ACCOUNTS);
    const callsAfter = calls();
    for (const call of ["aws.sts AssumeRoleWithWebIdentity", "aws.ecr GetAuthorizationToken"]) {
      assert.equal((callsAfter.get(call) ?? 0) - (callsBefore.get(call) ?? 0), SERVICE_ACCOUNTS, call);
    }
  });

  /** Number of requests for each call of the clouds' APIs. */
  function calls(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { service, operation } of run.cluster.clouds.requests) {
      const call = `${service} ${operation}`;
      counts.set(call, (counts.get(call) ?? 0) + 1);
    }
    return counts;
  }
}
