import { parseAllDocuments, stringify } from "yaml";
import type { Helm } from "./helm.ts";
import { CHART } from "./paths.ts";
import { presets } from "./presets.ts";

/** Objects of the rendered chart, by kind. */
export type Rendered = ReadonlyMap<string, KubernetesObject>;

export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export const NAMESPACE = "imagecred";
export const IMAGE = "ghcr.io/imagecred/imagecred";
/** Replaces the configuration, which an overlay adds. */
const NO_CONFIG = "brought by an overlay";

/** The chart as `helm template` renders it. @param values for `--set` */
export function render(
  helm: Helm,
  values: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Rendered {
  const settings = Object.entries(values).flatMap(([key, value]) => ["--set-string", `${key}=${value}`]);
  const text = helm.run(["template", "imagecred", CHART, "--namespace", NAMESPACE, ...settings, ...more]);
  const objects = parseAllDocuments(text).flatMap((document): KubernetesObject[] => {
    for (const error of document.errors) throw error;
    const object = document.toJSON() as KubernetesObject | null;
    return object === null ? [] : [object];
  });
  return new Map(objects.map((object) => [object.kind, object]));
}

/** Files below deploy/kustomize, by path. */
export function kustomizeFiles(helm: Helm): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  const write = (path: string, ...documents: readonly object[]) => {
    const head = "# From the Helm chart: `npm run generate -w tools/chart` writes this file.\n";
    files[path] =
      head +
      documents.map((one) => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");
  };
  for (const id of Object.keys(presets())) {
    const { plain, restarting } = daemonSets(helm, id);
    write(`${id}/daemonset.yaml`, plain);
    write(`${id}/kustomization.yaml`, {
      apiVersion: "kustomize.config.k8s.io/v1beta1",
      kind: "Kustomization",
      resources: ["../base", "daemonset.yaml"],
    });
    const added = [
      { op: "add", path: "/spec/template/spec/hostPID", value: true },
      { op: "add", path: "/spec/template/spec/initContainers/-", value: podOf(restarting).initContainers[1] },
    ];
    write(`${id}/restart/kustomization.yaml`, {
      apiVersion: "kustomize.config.k8s.io/v1alpha1",
      kind: "Component",
      patches: [{ target: { kind: "DaemonSet", name: "imagecred" }, patch: yaml(added) }],
    });
  }
  const { apiVersion, kind, metadata, automountServiceAccountToken } = objectOf(
    render(helm, { distribution: "kubeadm", config: NO_CONFIG }),
    "ServiceAccount",
  );
  write("base/serviceaccount.yaml", {
    apiVersion,
    kind,
    metadata: withoutChart(metadata),
    automountServiceAccountToken,
  });
  write("base/namespace.yaml", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: NAMESPACE,
      // Only privileged namespaces allow host paths (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
      labels: {
        "pod-security.kubernetes.io/enforce": "privileged",
        "pod-security.kubernetes.io/audit": "privileged",
        "pod-security.kubernetes.io/warn": "privileged",
      },
    },
  });
  write("base/kustomization.yaml", {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: ["namespace.yaml", "serviceaccount.yaml"],
  });
  return files;
}

/** The DaemonSet of a distribution as the chart renders it, without and with the restart container; without the fields that only a chart needs. */
export function daemonSets(
  helm: Helm,
  distribution: string,
): { readonly plain: KubernetesObject; readonly restarting: KubernetesObject } {
  const values = { distribution, config: NO_CONFIG };
  return {
    plain: daemonSetOf(render(helm, values)),
    restarting: daemonSetOf(render(helm, values, ["--set", "restart.enabled=true"])),
  };
}

function yaml(value: object): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

function objectOf(rendered: Rendered, kind: string): KubernetesObject {
  const object = rendered.get(kind);
  if (object === undefined) throw new Error(`the chart has no ${kind}`);
  return object;
}

interface Pod {
  readonly initContainers: readonly { readonly command: readonly string[] }[];
}

interface Template {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Pod;
}

function podOf({ spec }: KubernetesObject): Pod {
  return (spec as { readonly template: Template }).template.spec;
}

/** The DaemonSet without the fields that only a chart needs: its labels, and the checksum, which kustomize replaces by the ConfigMap's generated name. */
function daemonSetOf(rendered: Rendered): KubernetesObject {
  const daemonSet = objectOf(rendered, "DaemonSet");
  const spec = daemonSet["spec"] as { readonly template: Template };
  const { annotations: _, ...metadata } = spec.template.metadata;
  const pod = spec.template.spec;
  const initContainers = pod.initContainers.map((one) => ({ ...one, command: withoutVersion(one.command) }));
  return {
    ...daemonSet,
    metadata: withoutChart(daemonSet.metadata),
    spec: { ...spec, template: { ...spec.template, metadata, spec: { ...pod, initContainers } } },
  };
}

/** The chart passes the API server's version, which a file cannot contain. */
function withoutVersion(command: readonly string[]): readonly string[] {
  const at = command.indexOf("--kubernetes-version");
  return at < 0 ? command : command.toSpliced(at, 2);
}

const CHART_LABELS = ["helm.sh/chart", "app.kubernetes.io/managed-by", "app.kubernetes.io/version"];

function withoutChart(metadata: KubernetesObject["metadata"]): KubernetesObject["metadata"] {
  const labels = Object.entries((metadata["labels"] ?? {}) as Readonly<Record<string, string>>);
  return { ...metadata, labels: Object.fromEntries(labels.filter(([name]) => !CHART_LABELS.includes(name))) };
}
