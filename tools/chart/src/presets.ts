import { DISTRIBUTIONS, type Distribution } from "@imagecred/cli";
import { stringify } from "yaml";

/** A distribution's paths and commands, as the chart needs them. */
export interface Preset {
  readonly title: string;
  readonly binDir: string;
  readonly configPath: string;
  /** Directory of the file with the kubelet's flags; empty if the kubelet already has them. */
  readonly flagsDirectory: string;
  /** Whether to create that directory if it is missing. Otherwise a missing directory is an error. */
  readonly flagsDirectoryIsMade: boolean;
  /** The command after which the kubelet has read a changed configuration. */
  readonly restart: string;
}

/** The presets of all distributions that the chart supports, by name. */
export function presets(): Readonly<Record<string, Preset>> {
  const installable = DISTRIBUTIONS.filter((distribution) => distribution.installable);
  return Object.fromEntries(installable.map((distribution) => [distribution.id, presetOf(distribution)]));
}

function presetOf(distribution: Distribution): Preset {
  const { title, binDir, configPath, nodeFiles, restart } = distribution;
  const [file] = nodeFiles;
  // If there are several paths, the last one is that of the deb packages.
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
  cos: "Container-Optimized OS replaces /etc with the kubelet's configuration at every boot, and mounts most directories noexec. It has not been tested. Use GKE's nodes with Ubuntu (distribution gke)",
  "eks-fargate": "Fargate's nodes run no DaemonSets, so nothing can be installed on them",
};

/** The reasons for distributions that the chart refuses, by name. */
export function refusals(): Readonly<Record<string, string>> {
  const images = DISTRIBUTIONS.filter(({ installable }) => !installable).map(({ id, title }) => [
    id,
    `a running ${title} node cannot change its image: imagecred init --distribution ${id} writes what the image and the nodes' configuration need`,
  ]);
  return { ...Object.fromEntries(images), ...WITHOUT_DISTRIBUTION };
}

/** The content of deploy/chart/presets.yaml. */
export function presetsYaml(): string {
  const head =
    "# Paths on the nodes of each distribution, from packages/cli/src/distributions. Do not edit:\n" +
    "# `npm run generate -w tools/chart` writes this file.\n";
  return head + stringify({ distributions: presets(), refused: refusals() }, { lineWidth: 0 });
}
