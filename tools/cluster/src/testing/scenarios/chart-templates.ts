import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import {
  CHART,
  daemonSets,
  type Helm,
  KUSTOMIZE,
  type KubernetesObject,
  presets,
  refusals,
  render,
} from "@imagecred/chart";
import { parseAllDocuments } from "yaml";
import { worldDirectory } from "../../world/enter.ts";
import type { SharedCluster } from "../shared-cluster.ts";

const CONFIG = "apiVersion: kubelet.config.k8s.io/v1";

/** The chart and the kustomize base as texts, checked by helm, the API server and kubectl. */
export function describeChartTemplates(run: SharedCluster, helm: Helm): void {
  const ids = Object.keys(presets());
  const everything = [
    "--namespace",
    "kube-system",
    "--set",
    "restart.enabled=true,audiences={sts.amazonaws.com},serviceAccounts={app}",
  ];

  const rendered = new Map<string, ReturnType<typeof daemonSets>>();
  /** The DaemonSets of a distribution, rendered once: each takes helm a fifth of a second. */
  const daemonSetsOf = (id: string) => {
    const known = rendered.get(id) ?? daemonSets(helm, id);
    rendered.set(id, known);
    return known;
  };

  test("helm lint reports nothing", () => {
    const values = ["--set", `distribution=kubeadm,config=${CONFIG}`];
    assert.match(
      helm.run(["lint", "--strict", CHART, ...values]),
      /1 chart\(s\) linted, 0 chart\(s\) failed/,
    );
  });

  test("the API server accepts every object of every distribution", async () => {
    for (const distribution of ids) {
      const objects = [...render(helm, { distribution, config: CONFIG }, everything).values()];
      const kinds = ["ClusterRole", "ClusterRoleBinding", "ConfigMap", "DaemonSet", "ServiceAccount"];
      assert.deepEqual(objects.map(({ kind }) => kind).toSorted(), kinds);
      for (const object of objects) await run.cluster.api.check(pathOf(object), object);
    }
  });

  test("nonsensical values are rejected before anything is sent", () => {
    for (const [settings, reason] of [
      [{ config: CONFIG }, /distribution is missing: must be one of aks, /],
      [{ distribution: "kubeadm" }, /config is missing/],
      [{ distribution: "kubadm", config: CONFIG }, /distribution.*must be one of/s],
      [{ distribution: "kubeadm", config: CONFIG, mode: "remove" }, /mode.*must be one of/s],
      [{ distribution: "kubeadm", config: CONFIG, "restart.wait": "soon" }, /wait/],
      [{ distribution: "kubeadm", config: CONFIG, "node.binDir": "opt/bin" }, /binDir/],
      [
        { distribution: "kubeadm", config: CONFIG, "restart.enable": "true" },
        /additional properties 'enable'/,
      ],
    ] as const) {
      assert.throws(() => render(helm, settings), reason);
    }
    for (const [id, reason] of Object.entries(refusals()))
      assert.throws(
        () => render(helm, { distribution: id, config: CONFIG }),
        (error: Error) => error.message.includes(reason),
      );
  });

  test("the installer can only write its files, and only the restarter is privileged", () => {
    for (const id of ids) {
      const { plain, restarting } = daemonSetsOf(id);
      assert.doesNotMatch(JSON.stringify(plain), /"privileged":true|"hostPID"|"add":\[/, id);
      const pod = podOf(restarting);
      assert.equal(pod.hostPID, true);
      assert.deepEqual(
        pod.initContainers.map(({ name, securityContext }) => [name, securityContext.privileged]),
        [
          ["install", false],
          ["restart-kubelet", true],
        ],
      );
      for (const { name, securityContext } of [...pod.initContainers, ...pod.containers])
        assert.equal(securityContext.readOnlyRootFilesystem, true, name);
      assert.equal(pod.automountServiceAccountToken, false);
      const paths = pod.volumes.flatMap(({ hostPath }) => hostPath?.path ?? []);
      for (const path of paths) assert.ok(path.split("/").length > 2, `${id} mounts ${path}`);
    }
  });

  test("one container uninstalls and restarts", () => {
    const names = (...settings: readonly string[]) => {
      const rendered = render(helm, { distribution: "kubeadm", config: CONFIG, mode: "uninstall" }, settings);
      const daemonSet = rendered.get("DaemonSet");
      assert.ok(daemonSet);
      return podOf(daemonSet).initContainers.map(({ name, command }) => [name, command[1]]);
    };
    assert.deepEqual(names(), [["uninstall", "uninstall"]]);
    assert.deepEqual(names("--set", "restart.enabled=true"), [["restart-kubelet", "uninstall"]]);
  });

  test("the kustomize base has the same DaemonSets as the chart", async () => {
    assert.deepEqual(
      readdirSync(KUSTOMIZE)
        .filter((name) => name !== "base" && !name.endsWith(".md"))
        .toSorted(),
      ids.toSorted(),
    );
    const builds = await Promise.all(ids.map((id) => run.kubectl("kustomize", join(KUSTOMIZE, id))));
    for (const [index, id] of ids.entries()) {
      const built = parse(builds[index] ?? "");
      const daemonSet = built.find(({ kind }) => kind === "DaemonSet");
      assert.deepEqual(built.map(({ kind }) => kind).toSorted(), [
        "DaemonSet",
        "Namespace",
        "ServiceAccount",
      ]);
      assert.deepEqual(daemonSet, daemonSetsOf(id).plain);
    }
  });

  test("the component restart of the kustomize base is the chart's restart.enabled", async () => {
    for (const id of ["kubeadm", "k3s"]) {
      const overlay = join(worldDirectory(), `overlay-${id}`);
      mkdirSync(overlay);
      const base = relative(overlay, join(KUSTOMIZE, id));
      const kustomization = {
        resources: [base],
        components: [`${base}/restart`],
        configMapGenerator: [{ name: "imagecred", namespace: "imagecred", files: ["providers.yaml"] }],
      };
      writeFileSync(join(overlay, "kustomization.yaml"), JSON.stringify(kustomization));
      writeFileSync(join(overlay, "providers.yaml"), CONFIG);
      const built = parse(await run.kubectl("kustomize", overlay));
      const daemonSet = built.find(({ kind }) => kind === "DaemonSet");
      const text = JSON.stringify(daemonSet).replaceAll(/"imagecred-[0-9a-z]{10}"/g, '"imagecred"');
      assert.deepEqual(JSON.parse(text), daemonSetsOf(id).restarting);
    }
  });
}

interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly securityContext: { readonly privileged?: boolean; readonly readOnlyRootFilesystem?: boolean };
}

interface Pod {
  readonly hostPID?: boolean;
  readonly automountServiceAccountToken: boolean;
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly hostPath?: { readonly path: string } }[];
}

function podOf({ spec }: KubernetesObject): Pod {
  return (spec as { readonly template: { readonly spec: Pod } }).template.spec;
}

function parse(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => document.toJSON() as KubernetesObject);
}

const PLURALS: Readonly<Record<string, string>> = {
  ClusterRole: "apis/rbac.authorization.k8s.io/v1/clusterroles",
  ClusterRoleBinding: "apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  ConfigMap: "api/v1/namespaces/kube-system/configmaps",
  DaemonSet: "apis/apps/v1/namespaces/kube-system/daemonsets",
  ServiceAccount: "api/v1/namespaces/kube-system/serviceaccounts",
};

function pathOf({ kind, metadata }: KubernetesObject): string {
  return `/${PLURALS[kind]}/${metadata["name"]}`;
}
