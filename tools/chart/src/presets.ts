import { DISTRIBUTIONS, type Distribution } from "@imagecred/cli";
import { stringify } from "yaml";

/** What the chart knows of a distribution's nodes. */
export interface Preset {
  readonly title: string;
  readonly binDir: string;
  readonly configPath: string;
  /** Where the kubelet's flags are written; empty where the kubelet has them. */
  readonly flagsDirectory: string;
  /** Whether a node may lack that directory. A wrong directory must be an error where it may not. */
  readonly flagsDirectoryIsMade: boolean;
  /** The command after which the kubelet has read a changed configuration. */
  readonly restart: string;
}

/** Of the distributions whose nodes the chart can install on, by name. */
export function presets(): Readonly<Record<string, Preset>> {
  const installable = DISTRIBUTIONS.filter((distribution) => distribution.installable);
  return Object.fromEntries(installable.map((distribution) => [distribution.id, presetOf(distribution)]));
}

function presetOf(distribution: Distribution): Preset {
  const { title, binDir, configPath, nodeFiles, restart } = distribution;
  const [file] = nodeFiles;
  // The deb packages' place, of several.
  const path = file?.paths.findLast((candidate) => candidate.startsWith("/")) ?? "";
  return {
    title,
    binDir,
    configPath,
    flagsDirectory: path.slice(0, Math.max(0, path.lastIndexOf("/"))),
    flagsDirectoryIsMade: file?.merge === "replace",
    restart,
  };
}

const WITHOUT_DISTRIBUTION = {
  cos: "Container-Optimized OS replaces /etc, and the kubelet's configuration in it, at every boot, mounts most directories noexec, and has not been tried: use GKE's nodes with Ubuntu (distribution gke)",
  "eks-fargate": "Fargate's nodes run no DaemonSets and cannot be changed: nothing can be installed on them",
};

/** Names that the chart refuses, with the reason. */
export function refusals(): Readonly<Record<string, string>> {
  const images = DISTRIBUTIONS.filter(({ installable }) => !installable).map(({ id, title }) => [
    id,
    `${title} is an image that a running node cannot change: imagecred init --distribution ${id} writes what the image and the nodes' configuration need`,
  ]);
  return { ...Object.fromEntries(images), ...WITHOUT_DISTRIBUTION };
}

/** The content of deploy/chart/presets.yaml. */
export function presetsYaml(): string {
  const head =
    "# Places on the nodes of each distribution, from packages/cli/src/distributions. Do not edit:\n" +
    "# `npm run generate -w tools/chart` writes this file.\n";
  return head + stringify({ distributions: presets(), refused: refusals() }, { lineWidth: 0 });
}
