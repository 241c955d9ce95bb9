import {
  runningKubelet as findKubelet,
  flagValue,
  type Kubelet,
  type KubeletConfiguration,
  kubeletConfiguration,
  kubeletPath,
  kubeletVersion,
  parseFeatureGates,
  planFlags,
  readService,
} from "@imagecred/node";
import { UsageError } from "../errors.ts";
import type { Platform } from "../runtime/types.ts";

/** A kubelet that runs on this machine as root. */
export interface RunningKubelet {
  readonly pid: number;
  /** `the kubelet (process 57)`, for sentences. */
  readonly title: string;
  /**
   * Values of --image-credential-provider-config and -bin-dir as absolute paths below the kubelet's own root; undefined for
   * a flag that is not set.
   */
  readonly config: string | undefined;
  readonly binDir: string | undefined;
  /** The kubelet's root directory: `/`, or `/proc/57/root` for one in a container or chroot. */
  readonly root: string;
  /** Why it runs no plugin, and the fix; undefined if it has both flags. */
  readonly runsNoPlugin: { readonly reason: string; readonly fix: string } | undefined;
  /** Files that could not be read and can also set flags. */
  readonly unseen: readonly string[];
  /** The environment that its plugins inherit, without the loader's variables; undefined if this user may not read it. */
  readonly env: Readonly<Record<string, string>> | undefined;
  /** When it started, in milliseconds since the epoch, accurate to about a second; undefined if not known. */
  readonly startedAt: number | undefined;
  readonly configuration: KubeletConfiguration;
  readonly node: Kubelet;
}

/** The kubelet of this machine, or why it is not known. */
export type MachineKubelet =
  | { readonly state: "running"; readonly kubelet: RunningKubelet }
  | {
      readonly state: "none";
      readonly notes: readonly string[];
      /** `hidden`: this process has its own pid namespace, so a kubelet can run without being visible. */
      readonly machineProcesses: "seen" | "hidden";
    }
  /** `reason` is a sentence. */
  | { readonly state: "several" | "hidden"; readonly reason: string };

/** The kubelet's two flags for plugins, without dashes. */
export const CONFIG_FLAG = "image-credential-provider-config";
export const BIN_DIR_FLAG = "image-credential-provider-bin-dir";

/** The kubelet that runs on this machine, however it was started; see runningKubelet of `@imagecred/node`. */
export function kubeletOfMachine({ fileSystem }: Platform): MachineKubelet {
  const found = findKubelet(fileSystem);
  switch (found.state) {
    case "running":
      return { state: "running", kubelet: describe(found.kubelet) };
    case "several": {
      const titles = found.kubelets.map(({ title }) => title).join(", ");
      return { state: "several", reason: `several kubelets run here: ${titles}` };
    }
    case "hidden": {
      // Not a node at all.
      if (found.pids.length === 0) return { state: "none", notes: [], machineProcesses: "seen" };
      const subject = `process ${found.pids.join(", ")} has the name of a kubelet`;
      return { state: "hidden", reason: `${subject}: ${found.reason}` };
    }
    case "none": {
      const impostors = found.impostors.map(
        ({ pid, name, because }) => `process ${pid} is called ${name}, but ${because}`,
      );
      const { machineProcesses } = found;
      return { state: "none", notes: [...found.notes, ...impostors], machineProcesses };
    }
  }
}

/** The running kubelet, for commands that do not require one. */
export function runningKubelet(platform: Platform): RunningKubelet | undefined {
  const found = kubeletOfMachine(platform);
  return found.state === "running" ? found.kubelet : undefined;
}

function describe(node: Kubelet): RunningKubelet {
  const path = (flag: string): string | undefined => {
    const value = flagValue(node.flags, flag)?.value;
    return value === undefined || value === "" ? undefined : kubeletPath(node, value);
  };
  const [config, binDir] = [path(CONFIG_FLAG), path(BIN_DIR_FLAG)];
  return {
    pid: node.pid,
    title: node.title,
    config,
    binDir,
    root: node.files.root,
    runsNoPlugin: whyNoPlugin(node, config, binDir),
    unseen: node.flags.unseen,
    env: node.environment,
    startedAt: node.startedAt,
    configuration: kubeletConfiguration(node.files, node.flags, node.directory),
    node,
  };
}

/** A path of the kubelet as a path for this process: below the kubelet's root, with links resolved there. */
export function pathForUs({ root, node }: RunningKubelet, path: string): string {
  if (root === "/") return path;
  try {
    return node.files.outside(node.files.realPath(path));
  } catch {
    return node.files.outside(path);
  }
}

function whyNoPlugin(
  node: Kubelet,
  config: string | undefined,
  binDir: string | undefined,
): RunningKubelet["runsNoPlugin"] {
  if (config !== undefined && binDir !== undefined) return undefined;
  if (node.flags.unseen.length > 0) return undefined;
  const missing = [
    ...(config === undefined ? [`--${CONFIG_FLAG}`] : []),
    ...(binDir === undefined ? [config === undefined ? "-bin-dir" : `--${BIN_DIR_FLAG}`] : []),
  ];
  const { pid, rancher, program } = node;
  const reason =
    rancher?.skipped === undefined
      ? `process ${pid} was started without ${missing.join(" and ")}: it runs no plugin`
      : `${program} (process ${pid}) does not set its kubelet's credential provider flags because ${rancher.skipped}: it runs no plugin`;
  return { reason, fix: howToSet(node) };
}

/** How this distribution sets the two flags. */
function howToSet(node: Kubelet): string {
  const { rancher, program, supervisor, unit, files } = node;
  const flags = `--${CONFIG_FLAG} and --${BIN_DIR_FLAG}`;
  if (rancher !== undefined) {
    const { config, binDir } = rancher.credentialProvider;
    return `install the configuration at ${config.value} and the executables in ${binDir.value} (imagecred install --distribution ${program}), then restart ${unit ?? program}`;
  }
  if (supervisor === "rke2") {
    return "install the configuration and the executables at RKE2's paths (imagecred install --distribution rke2), then restart it";
  }
  if (supervisor === "k0s")
    return `run imagecred install --distribution k0s, which adds --kubelet-extra-args="${flags}" with their paths to k0s worker, then restart it`;
  if (program === "kubelite") {
    return `add ${flags} with their paths to /var/snap/microk8s/current/args/kubelet (imagecred install --distribution microk8s does that), then sudo snap restart microk8s`;
  }
  if (unit !== undefined) {
    // Flags set after the kubelet was started: the most common reason for "I configured it and nothing happens".
    const reading = readService(files, unit);
    const isSet = (name: string) =>
      reading.state === "read" &&
      reading.service.words.some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
    if (isSet(CONFIG_FLAG) && isSet(BIN_DIR_FLAG)) {
      return `its unit has both flags, but it was started before they were set: systemctl daemon-reload && systemctl restart ${unit}`;
    }
    const plan = planFlags(files, unit, [
      { name: CONFIG_FLAG, value: "PATH" },
      { name: BIN_DIR_FLAG, value: "DIR" },
    ]);
    if (plan.state === "edit") {
      return `add ${flags} with their paths to ${plan.label} (imagecred install --distribution kubeadm does that), then systemctl restart ${unit}`;
    }
  }
  return `start it with ${flags} (imagecred install --distribution kubeadm sets them on a node with systemd)`;
}

/** @throws {UsageError} for gates that the kubelet would not accept */
function givenGates(text: string | undefined): ReadonlyMap<string, boolean> {
  const gates = parseFeatureGates(text ?? "");
  const entries = (text ?? "").split(",").filter((entry) => entry.trim() !== "");
  const wrong = entries.find((entry) => parseFeatureGates(entry).size === 0);
  if (wrong !== undefined) throw new UsageError(`--feature-gates: "${wrong}" is not NAME=true or NAME=false`);
  return gates;
}

/** The kubelet that a configuration is checked for. */
export interface ChosenVersion {
  /** undefined for the newest known. */
  readonly kubernetesVersion: string | undefined;
  /** The feature gate for pods' tokens; undefined for the version's default. */
  readonly saTokens: boolean | undefined;
  /** Where the version is from, if it is the running kubelet's. */
  readonly source: string | undefined;
  /** Why the running kubelet's version is not known. */
  readonly unknown: string | undefined;
}

const TOKENS_GATE = "KubeletServiceAccountTokenForCredentialProviders";

/**
 * The version and feature gates to check for: as given, else the running kubelet's (by running its program with --version).
 * @param kubelet the running kubelet that uses the configuration; undefined if none does
 */
export async function chooseVersion(
  given: { readonly kubernetesVersion?: string | undefined; readonly featureGates?: string | undefined },
  kubelet: RunningKubelet | undefined,
  { fileSystem, runProgram }: Platform,
): Promise<ChosenVersion> {
  const saTokens =
    givenGates(given.featureGates).get(TOKENS_GATE) ??
    kubelet?.configuration.featureGates.get(TOKENS_GATE)?.enabled;
  if (given.kubernetesVersion !== undefined || kubelet === undefined) {
    return { kubernetesVersion: given.kubernetesVersion, saTokens, source: undefined, unknown: undefined };
  }
  const version = await kubeletVersion(fileSystem, kubelet.node, runProgram);
  return version.state === "known"
    ? { kubernetesVersion: version.version, saTokens, source: version.label, unknown: undefined }
    : { kubernetesVersion: undefined, saTokens, source: undefined, unknown: version.reason };
}
