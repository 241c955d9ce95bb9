import assert from "node:assert/strict";
import { test } from "node:test";
import { kubeletConfiguration } from "../flags/kubelet-configuration.ts";
import { runningKubelet } from "../kubelet/running-kubelet.ts";
import { type MachineProcess, machine } from "../testing/machine.ts";
import { asRoot } from "../testing/privileges.ts";
import { manifestUrl } from "./endpoint.ts";
import { runtimeRoute } from "./runtime-route.ts";

const IMAGE = { host: "docker.io", repository: "library/nginx", isDigest: false };
const config = (address: string, mirror: string) => `version = 2
[grpc]
address = "${address}"
[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
endpoint = ["https://${mirror}"]
`;

/** The machine's first endpoint, or why it is not known. */
async function first(
  endpoint: string | undefined,
  runtimes: (at: string) => readonly MachineProcess[],
): Promise<string> {
  const files = {
    "k3s.toml": config("/run/k3s/containerd/containerd.sock", "k3s.example"),
    "docker.toml": config("/var/run/docker/containerd/containerd.sock", "docker.example"),
    "own.toml": config("/run/containerd/containerd.sock", "own.example"),
  };
  await using node = await machine((at) => [{ name: "kubelet" }, ...runtimes(at)], files);
  const found = runningKubelet(node.files);
  assert.ok(found.state === "running", JSON.stringify(found));
  const { kubelet } = found;
  const all =
    endpoint === undefined
      ? []
      : [
          {
            name: "container-runtime-endpoint",
            value: endpoint,
            source: { kind: "default", label: "" } as const,
          },
        ];
  const configuration = kubeletConfiguration(kubelet.files, { all, unseen: [] }, "/");
  const route = runtimeRoute(node.files, kubelet, configuration, IMAGE);
  if (route.state === "unknown") return route.reason;
  const [one] = route.route.endpoints;
  return one === undefined ? "nowhere" : manifestUrl(one, "1");
}

const containerd = (...args: readonly string[]): MachineProcess => ({ name: "containerd", args });
const url = (host: string) => `https://${host}/v2/library/nginx/manifests/1?ns=docker.io`;
const needs = asRoot("namespaces");

test("of several containerds, the one that serves the kubelet's endpoint", needs, async () => {
  const all = (at: string) => [
    containerd("--config", `${at}/docker.toml`),
    containerd("-c", `${at}/k3s.toml`, "-a", "/run/k3s/containerd/containerd.sock"),
    containerd(`--config=${at}/own.toml`),
  ];
  assert.equal(await first("unix:///run/k3s/containerd/containerd.sock", all), url("k3s.example"));
  assert.equal(await first(undefined, all), url("own.example"));
  assert.equal(await first("unix:///var/run/containerd/containerd.sock", all), url("own.example"));
  assert.match(
    await first("unix:///run/other.sock", all),
    /several containerds run here, and it is not known which one serves/,
  );
});

test("a containerd that does not run as root is ignored", needs, async () => {
  const other = (at: string): readonly MachineProcess[] => [
    { ...containerd(`--config=${at}/own.toml`), within: ["setpriv", "--reuid=1000", "--clear-groups"] },
  ];
  assert.match(await first(undefined, other), /no visible containerd runs here/);
});

/** k3s with its own /etc: the endpoints of its runtime, and the messages. */
async function k3s(files: Readonly<Record<string, string>>, age: string): Promise<readonly string[]> {
  const start = `directory=$1; shift; touch -d "${age}" "$directory"/etc/rancher/k3s/*; mount --bind "$directory/etc" /etc && exec "$@"`;
  await using node = await machine(
    [
      {
        name: "k3s",
        title: "/usr/local/bin/k3s server",
        within: (at) => ["unshare", "--mount", "bash", "-c", start, "bash", at],
      },
      { name: "containerd", args: ["-c", "/none.toml", "-a", "/run/k3s/containerd/containerd.sock"] },
    ],
    files,
  );
  const found = runningKubelet(node.files);
  assert.ok(found.state === "running", JSON.stringify(found));
  const configuration = kubeletConfiguration(found.kubelet.files, { all: [], unseen: [] }, "/");
  const route = runtimeRoute(node.files, found.kubelet, configuration, IMAGE);
  if (route.state === "unknown") return [route.reason];
  return [...route.route.endpoints.map((one) => manifestUrl(one, "1")), ...route.route.unseen];
}

test(
  "k3s: registries.yaml is used if the files generated from it are not visible, unless it is newer than the start",
  needs,
  async () => {
    const files = { "etc/rancher/k3s/registries.yaml": "mirrors: {docker.io: {endpoint: [m.example]}}\n" };
    const own = "https://registry-1.docker.io/v2/library/nginx/manifests/1";
    assert.deepEqual(await k3s(files, "1 hour ago"), [url("m.example"), own]);
    const [first, said] = await k3s(files, "1 hour");
    assert.equal(first, own);
    assert.match(
      said ?? "",
      /^\/etc\/rancher\/k3s\/registries\.yaml changed after k3s \(process \d+\) started/,
    );
  },
);
