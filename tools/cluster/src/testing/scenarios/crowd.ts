import assert from "node:assert/strict";
import { test } from "node:test";
import { CLOUD_PLUGINS, pluginName } from "../../plugins.ts";
import { type SharedCluster, taggedImage } from "../shared-cluster.ts";

const SERVICE_ACCOUNTS = 10;
const PODS = 100;
/** The requests to a cloud's API that one run of a plugin makes with a pod's token. */
const CALLS = [
  "aws.sts AssumeRoleWithWebIdentity",
  "aws.ecr GetAuthorizationToken",
  "azure.entra Token",
  "azure.acr Exchange",
  "google.sts Token",
];

/** Many pods at once, each with its service account's identity, and images of all three clouds. */
export function describeCrowd(run: SharedCluster): void {
  test(`${PODS} pods of ${SERVICE_ACCOUNTS} service accounts cost ${SERVICE_ACCOUNTS} runs of each plugin`, async () => {
    const { aws, azure } = run.cluster.clouds;
    const { pod: application } = azure.population();
    const trusted = [...application.federated];
    const accounts = Array.from({ length: SERVICE_ACCOUNTS }, (_, index) => `crowd-${index}`);
    for (const account of accounts) {
      await run.serviceAccount(account, "default", {
        "eks.amazonaws.com/ecr-role-arn": aws.roleArn("pod"),
        "kubernetes.azure.com/acr-client-id": application.clientId,
        "kubernetes.azure.com/acr-tenant-id": application.tenant,
      });
      // A federated credential of Entra names one service account, and cannot have a wildcard.
      const subject = `system:serviceaccount:default:${account}`;
      application.federated.push(...trusted.map((credential) => ({ ...credential, subject })));
    }
    const [runsBefore, callsBefore] = [await run.pluginRuns(), calls()];
    const image = taggedImage("crowd");
    const pods = Array.from({ length: PODS }, (_, index) => ({
      name: `crowd-${index}`,
      // Each service account's first pods need each of the clouds, in turn.
      image: image(CLOUD_PLUGINS[Math.floor(index / SERVICE_ACCOUNTS) % CLOUD_PLUGINS.length] ?? "ecr"),
      serviceAccount: accounts[index % SERVICE_ACCOUNTS] ?? "",
      labels: { crowd: "" },
      // The pods' network is not under test, and costs four processes each.
      hostNetwork: true,
    }));
    // The kubelet merges requests with the same token, but each pod has its own: the first pods of each service account start earlier.
    const first = SERVICE_ACCOUNTS * CLOUD_PLUGINS.length;
    for (const pod of pods.slice(0, first)) await run.pods.create(pod);
    await run.pods.allRunning("crowd", first, 90);
    for (const pod of pods.slice(first)) await run.pods.create(pod);
    await run.pods.allRunning("crowd", PODS, 180);

    const runsAfter = await run.pluginRuns();
    for (const name of CLOUD_PLUGINS.map(pluginName))
      assert.equal((runsAfter[name] ?? 0) - (runsBefore[name] ?? 0), SERVICE_ACCOUNTS, name);
    const callsAfter = calls();
    for (const call of CALLS)
      assert.equal((callsAfter.get(call) ?? 0) - (callsBefore.get(call) ?? 0), SERVICE_ACCOUNTS, call);
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
