import { UsageError } from "../errors.ts";
import { configYaml, indented } from "./config-yaml.ts";
import { shellWord } from "./node-commands.ts";
import { audiencesOf } from "./rbac.ts";
import type { Distribution, OutputFile, Plan } from "./types.ts";

export const HELM_VALUES = "helm-values.yaml";
/** Where releases push the chart (.github/workflows/release.yml). */
const CHART = "oci://ghcr.io/imagecred/charts/imagecred";
const NAMESPACE = "kube-system";

/**
 * Values for the Helm chart (deploy/chart): the configuration and all else that the chart cannot know.
 * @param beside files that are installed beside the configuration, whatever the distribution
 * @throws {UsageError} for a distribution whose nodes the chart cannot install on
 */
export function helmValues(
  plan: Plan,
  distribution: Distribution,
  beside: readonly OutputFile[] = [],
): OutputFile {
  if (!distribution.installable) {
    throw new UsageError(
      `--helm: nothing can be installed on running nodes of ${distribution.title}; without --helm, init writes what its images need`,
    );
  }
  const audiences = audiencesOf(plan);
  const written = distribution.nodeFiles.filter(({ merge }) => merge === "replace").map(({ name }) => name);
  const files = [...distribution.files(plan).filter(({ name }) => written.includes(name)), ...beside];
  const lines = [
    "# Values for the Helm chart imagecred. The chart's own values.yaml describes all of them.",
    `distribution: ${distribution.id}`,
    "",
    "# The nodes' CredentialProviderConfig. A change of it is rolled out node by node.",
    "config: |",
    indented(configYaml(plan), 2),
    ...(audiences.length === 0
      ? []
      : [
          "",
          "# Audiences of the service account tokens that the kubelets may ask for.",
          "audiences:",
          ...audiences.map((audience) => `  - ${JSON.stringify(audience)}`),
        ]),
    ...(files.length === 0
      ? []
      : [
          "",
          "# Files beside the configuration.",
          "files:",
          ...files.flatMap(({ name, content }) => [`  ${name}: |`, indented(content, 4)]),
        ]),
  ];
  return { name: HELM_VALUES, content: `${lines.join("\n")}\n`, about: "values for the Helm chart" };
}

/** The two commands that put the chart into a cluster. */
export function helmCommands(plan: Plan): readonly [string, string] {
  return [
    `helm upgrade --install imagecred ${CHART} --namespace ${NAMESPACE} --values ${shellWord(`${plan.directory}/${HELM_VALUES}`)}`,
    `kubectl rollout status --namespace ${NAMESPACE} daemonset/imagecred`,
  ];
}

/** What an operator must know of the chart. */
export function helmNotes(distribution: Distribution): readonly string[] {
  return [
    `The chart does not restart kubelets unless you set restart.enabled=true. Without it, restart each node's kubelet when the files are in place: ${distribution.restart}.`,
  ];
}
