import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CLOUD_PLUGINS, type CloudPlugin, PLUGIN_PATHS, pluginName } from "../../plugins.ts";
import { type SharedCluster, taggedImage } from "../shared-cluster.ts";

const POOL_PROVIDER = "projects/123456789012/locations/global/workloadIdentityPools/pool/providers/cluster";
const AUDIENCES = {
  ecr: "sts.amazonaws.com",
  acr: "api://AzureADTokenExchange",
  gcr: `https://iam.googleapis.com/${POOL_PROVIDER}`,
} as const;

/** The pods' own identities (KEP-4412), with tokens of the API server that the clouds check against its published keys. */
export function describePodIdentity(run: SharedCluster): void {
  const image = taggedImage("pods");

  test("without the ClusterRole that init writes, the API server denies the kubelet the tokens", async () => {
    const options = ["--cloud", "aws,azure,gcp", "--azure-config", PLUGIN_PATHS.azureJson];
    await run.configure(...options, "--pod-identity", "--gcp-workload-identity-provider", POOL_PROVIDER);
    const { clouds } = run.cluster;
    const { pod } = clouds.azure.population();
    await run.serviceAccount("app", "default", {
      "eks.amazonaws.com/ecr-role-arn": clouds.aws.roleArn("pod"),
      "kubernetes.azure.com/acr-client-id": pod.clientId,
      "kubernetes.azure.com/acr-tenant-id": pod.tenant,
    });
    const from = run.logLength();
    for (const plugin of CLOUD_PLUGINS) await run.pods.create(podOf(plugin));
    for (const plugin of CLOUD_PLUGINS) {
      await run.pods.pullFailed(plugin);
      const refusal = `is not authorized to request tokens for audience \\"${AUDIENCES[plugin]}\\"`;
      await run.kubeletLogged(refusal, from);
    }
    await run.kubeletLogged('err="failed to get service account token: ', from);
    assert.deepEqual(await run.pluginRuns(), {}, "no plugin runs without its token");
    // The next test uses new pods: these would wait longer and longer between attempts.
    for (const plugin of CLOUD_PLUGINS) await run.pods.remove(plugin);
  });

  test("an audience that a pod of the service account projects is allowed without it", async () => {
    await run.pods.start({
      ...podOf("ecr"),
      name: "projecting",
      projectedAudiences: [AUDIENCES.ecr],
    });
    await run.pods.remove("projecting");
  });

  test("a role with resourceNames allows these service accounts and no others", async () => {
    await run.applyAudienceRole("some-service-accounts", [AUDIENCES.acr], ["app"]);
    await run.pods.start({ ...podOf("acr"), name: "named" });
    await run.pods.remove("named");
    await run.serviceAccount("other", "default", {});
    const from = run.logLength();
    await run.pods.create({ ...podOf("acr"), name: "not-named", serviceAccount: "other" });
    await run.pods.pullFailed("not-named");
    await run.kubeletLogged(`is not authorized to request tokens for audience \\"${AUDIENCES.acr}\\"`, from);
    await run.pods.remove("not-named");
    await run.removeAudienceRole("some-service-accounts");
  });

  test("with the ClusterRole the containers run on all three clouds as their service account", async () => {
    await run.kubectl(
      "apply",
      "--filename",
      run.node.path(`${PLUGIN_PATHS.written}/node-audience-rbac.yaml`),
    );
    for (const plugin of CLOUD_PLUGINS) {
      await run.pods.start(podOf(plugin));
      assert.equal(await run.pods.log(plugin), `running ${image(plugin)}\n`);
    }
    const { requests } = run.cluster.clouds;
    const calls = new Set(requests.map(({ service, operation }) => `${service} ${operation}`));
    for (const call of ["aws.sts AssumeRoleWithWebIdentity", "azure.entra Token", "google.sts Token"]) {
      assert.ok(calls.has(call), `${call} among ${[...calls].join(", ")}`);
    }
  });

  test("a service account that a cloud does not trust gets no credential there", async () => {
    await run.namespace("elsewhere");
    await run.serviceAccount("app", "elsewhere", {
      "eks.amazonaws.com/ecr-role-arn": run.cluster.clouds.aws.roleArn("pod"),
    });
    const from = run.logLength();
    await run.pods.create({ ...podOf("ecr"), namespace: "elsewhere", name: "ecr" });
    await run.pods.pullFailed("ecr", "elsewhere");
    await run.kubeletLogged(`exit status 1: ${pluginName("ecr")}: `, from);
    await run.pods.remove("ecr", "elsewhere");
  });

  after(async () => {
    for (const plugin of CLOUD_PLUGINS) await run.pods.remove(plugin);
  });

  function podOf(plugin: CloudPlugin) {
    return { name: plugin, image: image(plugin), serviceAccount: "app" };
  }
}

/** Which pods may use an image that is on the node already (KEP-2535). */
export function describePullRecords(run: SharedCluster): void {
  const image = taggedImage("records");
  const present = { image: image("ecr"), imagePullPolicy: "IfNotPresent" } as const;

  test("an image pulled for one service account is not available to others, or to its namesake in another namespace", async () => {
    await run.pods.start({ ...present, name: "first", serviceAccount: "app" });
    await run.pods.create({ ...present, name: "namesake", namespace: "elsewhere", serviceAccount: "app" });
    await run.pods.pullFailed("namesake", "elsewhere");
    await run.serviceAccount("denied", "default", {
      "eks.amazonaws.com/ecr-role-arn": run.cluster.clouds.aws.roleArn("denied"),
    });
    await run.pods.create({ ...present, name: "another", serviceAccount: "denied" });
    await run.pods.pullFailed("another");
    await run.pods.start({ ...present, name: "again", serviceAccount: "app" });
  });

  test("an image that a static pod pulled with the node's identity is available to every pod", async () => {
    run.addStaticPod("static", image("gcr"));
    await run.pods.running(`static-${run.node.name}`);
    await run.pods.start({
      image: image("gcr"),
      imagePullPolicy: "IfNotPresent",
      name: "without-identity",
      namespace: "elsewhere",
      serviceAccount: "app",
    });
    run.removeStaticPod("static");
  });

  after(async () => {
    for (const name of ["first", "another", "again"]) await run.pods.remove(name);
    for (const name of ["namesake", "without-identity"]) await run.pods.remove(name, "elsewhere");
  });
}
