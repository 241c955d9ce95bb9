import { UsageError } from "../errors.ts";
import { configYaml, indented } from "./config-yaml.ts";
import { shellWord } from "./node-commands.ts";
import { audiencesOf } from "./rbac.ts";
import type { Distribution, OutputFile, Plan } from "./types.ts";

export const HELM_VALUES = "helm-values.yaml";
/** The chart's address; releases push it there (.github/workflows/release.yml). */
const CHART = "oci://ghcr.io/imagecred/charts/imagecred";
const NAMESPACE = "kube-system";

/**
 * Values for the Helm chart (deploy/chart): the configuration, and the other values that the chart needs.
 * @param beside files to install next to the configuration, on every distribution
 * @throws {UsageError} for a distribution on whose nodes the chart cannot install files
 */
export function helmValues(
  plan: Plan,
  distribution: Distribution,
  beside: readonly OutputFile[] = [],
): OutputFile {
  if (!distribution.installable) {
    throw new UsageError(
      `--helm: files cannot be installed on running nodes of ${distribution.title}; without --helm, init writes what its images need`,
    );
  }
  const audiences = audiencesOf(plan);
  const written = distribution.nodeFiles.filter(({ merge }) => merge === "replace").map(({ name }) => name);
  const files = [...distribution.files(plan).filter(({ name }) => written.includes(name)), ...beside];
  const lines = [
    "# Values for the Helm chart imagecred. The chart's own values.yaml describes all of them.",
    `distribution: ${distribution.id}`,
    "",
    "# The nodes' CredentialProviderConfig. A change is rolled out node by node.",
    "config: |",
    indented(configYaml(plan), 2),
    ...(audiences.length === 0
      ? []
      : [
          "",
          "# Audiences of the service account tokens that the kubelets may request.",
          "audiences:",
          ...audiences.map((audience) => `  - ${JSON.stringify(audience)}`),
        ]),
    ...(files.length === 0
      ? []
      : [
          "",
          "# Files next to the configuration.",
          "files:",
          ...files.flatMap(({ name, content }) => [`  ${name}: |`, indented(content, 4)]),
        ]),
  ];
  return { name: HELM_VALUES, content: `${lines.join("\n")}\n`, about: "values for the Helm chart" };
}

/** The two commands that install the chart in a cluster. */
export function helmCommands(plan: Plan): readonly [string, string] {
  return [
    `helm upgrade --install imagecred ${CHART} --namespace ${NAMESPACE} --values ${shellWord(`${plan.directory}/${HELM_VALUES}`)}`,
    `kubectl rollout status --namespace ${NAMESPACE} daemonset/imagecred`,
  ];
}

/** Notes about the chart for operators. */
export function helmNotes(distribution: Distribution): readonly string[] {
  return [
    `The chart does not restart kubelets unless you set restart.enabled=true. Without it, restart each node's kubelet when the files are in place: ${distribution.restart}.`,
  ];
}
