import assert from "node:assert/strict";
import { test } from "node:test";
import { transport } from "@imagecred/protocol/runtime";
import { type ApiServer, apiServer, type FakeNode } from "../../testing/api-server.ts";
import { put } from "../../testing/kubeadm-node.ts";
import { type Bench, bench, type Ran } from "../../testing/run.ts";
import { checkedDocument } from "../../testing/schemas.ts";
import type { NodesDocument } from "./document.ts";

const CONFIG = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: p
    matchImages: [r.io]
    defaultCacheDuration: 1m
    apiVersion: credentialprovider.kubelet.k8s.io/v1
`;

function metrics(hash: string | undefined, more = ""): string {
  const info = hash === undefined ? "" : `kubelet_credential_provider_config_info{hash="${hash}"} 1\n`;
  return `${info}process_start_time_seconds 1.7955072e+09\n${more}`;
}

function place(api: ApiServer): Bench {
  const made = bench();
  put(made, "ca.pem", api.authority);
  put(made, "home/.kube/config", kubeconfig(api.server));
  put(made, "config.yaml", CONFIG);
  return made;
}

function kubeconfig(server: string): string {
  return `apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "${server}/", certificate-authority: ../../ca.pem}}]
users: [{name: u, user: {token: very-secret-token}}]
`;
}

function run(at: Bench, ...args: readonly string[]): Promise<Ran> {
  return at.run(["nodes", ...args], { transport, env: { HOME: `${at.root}/home` } });
}

async function hashOf(at: Bench): Promise<string> {
  return (await at.run(["hash", "config.yaml"])).stdout.trim();
}

test("each node with its state; unknown for nodes whose metrics cannot be read", async () => {
  const nodes: FakeNode[] = [
    { name: "a", metrics: "" },
    { name: "b", metrics: metrics("sha256:of-another") },
    { name: "c", metrics: metrics(undefined) },
    { name: "d", metrics: metrics(undefined), version: "v1.33.9" },
    { name: "e", metrics: { code: 503, message: "dial tcp 10.0.0.15:10250: i/o timeout" }, ready: false },
    { name: "f", metrics: "never" },
  ];
  await using api = await apiServer(nodes);
  using at = place(api);
  const plugins =
    'kubelet_credential_provider_plugin_duration_sum{plugin_name="p"} 0.4\nkubelet_credential_provider_plugin_duration_count{plugin_name="p"} 10\nkubelet_credential_provider_plugin_errors_total{plugin_name="p"} 1\n';
  nodes[0] = { name: "a", metrics: metrics(await hashOf(at), plugins) };
  const { code, stdout } = await run(at, "--config", "config.yaml", "--timeout", "2s", "-o", "json");
  assert.equal(code, 1);
  const document = checkedDocument(stdout) as unknown as NodesDocument;
  assert.deepEqual(
    document.nodes.map(({ name, state }) => `${name} ${state}`),
    ["a current", "b different", "c none", "d unknown", "e unknown", "f unknown"],
  );
  const [first, , , old, refused, silent] = document.nodes;
  assert.deepEqual(first?.plugins, [{ name: "p", runs: 10, errors: 1, seconds: 0.4 }]);
  assert.equal(first?.kubeletStarted, "2026-11-24T08:00:00.000Z");
  assert.match(old?.problem ?? "", /kubelets before 1\.34 do not show the hash/);
  assert.equal(refused?.problem, "503: dial tcp 10.0.0.15:10250: i/o timeout");
  assert.match(silent?.problem ?? "", /timed out after 2000 ms/);
  const { stdout: text } = await run(at, "--config", "config.yaml", "--timeout", "2s");
  assert.match(text, /^✓ {2}a +v1\.37\.2 +current +p: 10 runs, 40 ms each, 1 error$/m);
  assert.match(text, /^✗ {2}b +v1\.37\.2 +another: sha256:of-another$/m);
  assert.match(text, /^! {2}e +v1\.37\.2 not ready +unknown +503: dial tcp/m);
  assert.match(
    text,
    /✗ 1 of 6 nodes run config\.yaml, 1\s+another\s+configuration .*, 1\s+no\s+plugins .*, 3\s+unknown\.\n$/s,
  );
  assert.ok(api.seen.every(({ authorization }) => authorization === "Bearer very-secret-token"));
});

test("without a file the nodes are compared with each other; --selector and --parallel", async () => {
  const many = Array.from({ length: 9 }, (_, index) => ({
    name: `n${index}`,
    metrics: metrics("sha256:one"),
  }));
  await using api = await apiServer(many);
  using at = place(api);
  const all = await run(at, "--parallel", "3");
  assert.equal(all.code, 0, all.stdout + all.stderr);
  assert.match(all.stdout, /✓ All 9 nodes run one configuration\.\n$/);
  assert.ok(api.mostAtOnce() <= 3 && api.mostAtOnce() > 1, String(api.mostAtOnce()));
  const one = await run(at, "--selector", "n3", "-o", "json");
  assert.deepEqual(
    (checkedDocument(one.stdout) as unknown as NodesDocument).nodes.map(({ name }) => name),
    ["n3"],
  );
  many[2] = { name: "n2", metrics: metrics("sha256:two") };
  assert.match((await run(at)).stdout, /8 of 9 nodes run one configuration, 1 another\s+configuration/);
  assert.equal((await run(at, "--config", "config.yaml")).code, 1);
});

test("errors: missing permissions, credentials, server, kubeconfig", async () => {
  const refusals = [
    [
      403,
      'nodes is forbidden: User "u" cannot list',
      /listing the nodes of \S+: 403: nodes is forbidden.*; this requires list on nodes and get on nodes\/proxy/,
    ],
    [401, "Unauthorized", /401: Unauthorized; the API server does not accept these credentials/],
  ] as const;
  for (const [code, message, expected] of refusals) {
    await using api = await apiServer([], () => ({ code, message }));
    using at = place(api);
    const ran = await run(at);
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, expected);
    assert.doesNotMatch(ran.stderr, /very-secret/);
  }
  await using api = await apiServer([{ name: "a", metrics: { code: 403, message: "forbidden" } }]);
  using at = place(api);
  assert.match(
    (await run(at)).stdout,
    /This user may not read the metrics of some nodes: this\s+requires\s+list/,
  );
  put(at, "home/.kube/config", kubeconfig("https://localhost:1"));
  assert.match((await run(at)).stderr, /listing the nodes of https:\/\/localhost:1: .*refused/);
  put(at, "home/.kube/config", kubeconfig("http://10.0.0.1"));
  assert.match((await run(at)).stderr, /is not an https:\/\/ URL/);
  const none = await at.run(["nodes"], { env: { HOME: "/nowhere" } });
  assert.match(
    none.stderr,
    /there is no kubeconfig \(looked for \/nowhere\/\.kube\/config\), and this is not a pod/,
  );
  for (const args of [
    ["--parallel", "0"],
    ["--timeout", "soon"],
  ])
    assert.equal((await run(at, ...args)).code, 2);
});

test("in a pod without a kubeconfig, the pod's service account is used", async () => {
  await using api = await apiServer([{ name: "a", metrics: metrics("sha256:one") }]);
  using at = bench();
  const account = "var/run/secrets/kubernetes.io/serviceaccount";
  put(at, `${account}/token`, "pods-token-of-the-pod\n");
  put(at, `${account}/ca.crt`, api.authority);
  const { hostname, port } = new URL(api.server);
  const env = { HOME: "/", KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  const { code, stderr } = await at.run(["nodes"], { transport, env });
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    [...new Set(api.seen.map(({ authorization }) => authorization))],
    ["Bearer pods-token-of-the-pod"],
  );
});
