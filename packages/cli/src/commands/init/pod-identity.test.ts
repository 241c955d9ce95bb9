import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { bench } from "../../testing/run.ts";
import type { InitDocument } from "./document.ts";

const POOL = "projects/1/locations/global/workloadIdentityPools/pool/providers/cluster";
const _CLOUD_SETS = ["aws", "azure", "gcp", "aws,azure", "aws,gcp", "gcp,azure", "aws,azure,gcp"];

interface Config {
  readonly apiVersion: string;
  readonly kind: string;
  readonly providers: readonly {
    readonly name: string;
    readonly matchImages: readonly string[];
    readonly args?: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value: string }[];
    readonly tokenAttributes?: { readonly serviceAccountTokenAudience: string };
  }[];
}

function podIdentity(clouds: string): readonly string[] {
  return clouds.includes("gcp")
    ? ["--pod-identity", "--gcp-workload-identity-provider", POOL]
    : ["--pod-identity"];
}

async function filesOf(...args: readonly string[]): Promise<ReadonlyMap<string, string>> {
  using place = bench();
  const { code, stdout, stderr } = await place.run(["init", ...args, "-o", "json"]);
  assert.equal(code, 0, stderr);
  return new Map((JSON.parse(stdout) as InitDocument).files.map(({ name, content }) => [name, content]));
}

const config = (files: ReadonlyMap<string, string>) =>
  parse(files.get("credential-provider-config.yaml") ?? "") as Config;

test("pod identity: the manifest has exactly the audiences of the configuration, once each", async () => {
  const files = await filesOf("--distribution", "kubeadm", "--cloud", "aws,azure,gcp", ...podIdentity("gcp"));
  const audiences = config(files).providers.map(
    ({ tokenAttributes }) => tokenAttributes?.serviceAccountTokenAudience,
  );
  assert.deepEqual(audiences, [
    "sts.amazonaws.com",
    "api://AzureADTokenExchange",
    `https://iam.googleapis.com/${POOL}`,
  ]);
  const [role, binding] = parseAllDocuments(files.get("node-audience-rbac.yaml") ?? "").map((one) =>
    one.toJS(),
  );
  assert.deepEqual(role.rules, [
    { apiGroups: [""], resources: audiences, verbs: ["request-serviceaccounts-token-audience"] },
  ]);
  assert.equal(binding.roleRef.name, role.metadata.name);
  assert.deepEqual(binding.subjects, [
    { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:nodes" },
  ]);
  assert.deepEqual(config(files).providers[2]?.args, [
    `--workload-identity-provider=${POOL}`,
    "--identity-fallback=none",
  ]);
});

test("pod identity on Google requires the pool; GKE's own pool has another audience", async () => {
  using place = bench();
  const missing = await place.run(["init", "--cloud", "gcp", "--distribution", "gce", "--pod-identity"]);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /--gcp-workload-identity-provider/);
  const wrong = await place.run([
    "init",
    "--cloud",
    "gcp",
    "--distribution",
    "gce",
    "--pod-identity",
    "--gcp-workload-identity-provider",
    "pool",
  ]);
  assert.equal(wrong.code, 2);
  const gke = config(
    await filesOf(
      "--cloud",
      "gcp",
      "--distribution",
      "gce",
      "--pod-identity",
      "--gcp-project",
      "p",
      "--gcp-issuer",
      "https://container.googleapis.com/v1/x",
    ),
  );
  assert.equal(gke.providers[0]?.tokenAttributes?.serviceAccountTokenAudience, "p.svc.id.goog");
  assert.deepEqual(gke.providers[0]?.args, [
    "--project-id=p",
    "--identity-provider=https://container.googleapis.com/v1/x",
    "--identity-fallback=none",
  ]);
});

test("a mirror becomes a pattern and an argument of the cloud that owns its target", async () => {
  const mapping = "cache.example.com:5000=myreg.azurecr.io";
  const files = await filesOf("--cloud", "aws,azure", "--distribution", "k3s", "--registry", mapping);
  const [aws, azure] = config(files).providers;
  assert.equal(aws?.args, undefined);
  assert.deepEqual(azure?.args, [`--registry=${mapping}`]);
  assert.ok(azure?.matchImages.includes("cache.example.com:5000"));
  using place = bench();
  for (const bad of ["nonsense", "a=b/c", "a=unknown.example"]) {
    const refused = await place.run(["init", "--cloud", "aws", "--distribution", "k3s", "--registry", bad]);
    assert.equal(refused.code, 2, bad);
    assert.match(refused.stderr, /--registry/);
  }
});

test("azure.json is passed on AKS, and with --azure-config", async () => {
  assert.deepEqual(config(await filesOf("--cloud", "azure", "--distribution", "aks")).providers[0]?.args, [
    "/etc/kubernetes/azure.json",
  ]);
  assert.equal(
    config(await filesOf("--cloud", "azure", "--distribution", "kubeadm")).providers[0]?.args,
    undefined,
  );
  assert.deepEqual(
    config(await filesOf("--cloud", "azure", "--distribution", "k3s", "--azure-config", "/etc/a.json"))
      .providers[0]?.args,
    ["/etc/a.json"],
  );
});

test("--azure-cloud sets hosts, audience and the plugin's cloud without azure.json", async () => {
  for (const [name, suffix, audience, authority] of [
    ["AzurePublicCloud", "azurecr.io", "api://AzureADTokenExchange", "https://login.microsoftonline.com/"],
    ["AzureChinaCloud", "azurecr.cn", "api://AzureADTokenExchangeChina", "https://login.chinacloudapi.cn/"],
    [
      "AzureUSGovernmentCloud",
      "azurecr.us",
      "api://AzureADTokenExchangeUSGov",
      "https://login.microsoftonline.us/",
    ],
  ] as const) {
    const flags = ["--cloud", "azure", "--distribution", "k3s", "--pod-identity", "--azure-cloud", name];
    const files = await filesOf(...flags);
    const [provider] = config(files).providers;
    assert.deepEqual(provider?.matchImages, [`*.${suffix}`, `*.*.geo.${suffix}`]);
    assert.equal(provider?.tokenAttributes?.serviceAccountTokenAudience, audience);
    assert.deepEqual(provider?.env, [{ name: "AZURE_AUTHORITY_HOST", value: authority }]);
    const [role] = parseAllDocuments(files.get("node-audience-rbac.yaml") ?? "").map((one) => one.toJS());
    assert.deepEqual(role.rules[0].resources, [audience]);
    const [withFile] = config(
      await filesOf(...flags, "--azure-config", "/etc/kubernetes/azure.json"),
    ).providers;
    assert.equal(withFile?.env, undefined);
  }
  using place = bench();
  for (const args of [
    ["--cloud", "aws", "--azure-cloud", "AzureChinaCloud"],
    ["--cloud", "azure", "--azure-cloud", "AzureGermanCloud"],
  ])
    assert.equal((await place.run(["init", "--distribution", "k3s", ...args])).code, 2, args.join(" "));
});

test("pods without an identity use the node's only with --node-fallback", async () => {
  const argsOf = async (cloud: string, ...flags: string[]) =>
    config(await filesOf("--cloud", cloud, "--distribution", "k3s", "--pod-identity", ...flags)).providers[0]
      ?.args;
  // The plugin's default is not written.
  assert.deepEqual(await argsOf("aws"), ["--identity-fallback=none"]);
  assert.equal(await argsOf("aws", "--node-fallback"), undefined);
  assert.equal(await argsOf("azure"), undefined);
  assert.deepEqual(await argsOf("azure", "--node-fallback"), ["--identity-fallback=unassigned"]);
  using place = bench();
  assert.equal(
    (await place.run(["init", "--cloud", "aws", "--distribution", "k3s", "--node-fallback"])).code,
    2,
  );
});
