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

/** A kubelet that root of this machine runs. */
export interface RunningKubelet {
  readonly pid: number;
  /** `the kubelet (process 57)`, for sentences. */
  readonly title: string;
  /**
   * What --image-credential-provider-config and -bin-dir name, absolute, below the kubelet's own root; undefined for a flag
   * that is not there.
   */
  readonly config: string | undefined;
  readonly binDir: string | undefined;
  /** What the kubelet has for `/`: `/`, or `/proc/57/root` for one in a container or a chroot of its own. */
  readonly root: string;
  /** Why it runs no plugin, and how it is made to; undefined for one that has both flags. */
  readonly runsNoPlugin: { readonly reason: string; readonly fix: string } | undefined;
  /** What could not be seen and may set flags too. */
  readonly unseen: readonly string[];
  /** What its plugins inherit, without the loader's variables; undefined where this user may not read it. */
  readonly env: Readonly<Record<string, string>> | undefined;
  /** When it started, in milliseconds since the epoch, a second more or less; undefined where /proc does not say. */
  readonly startedAt: number | undefined;
  readonly configuration: KubeletConfiguration;
  readonly node: Kubelet;
}

/** What there is to say about the kubelet of this machine. */
export type MachineKubelet =
  | { readonly state: "running"; readonly kubelet: RunningKubelet }
  | {
      readonly state: "none";
      readonly notes: readonly string[];
      /** `hidden`: a pid namespace of its own hides the machine's, so a kubelet may run all the same. */
      readonly machineProcesses: "seen" | "hidden";
    }
  /** Something that cannot be settled, in a sentence. */
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
      const who = `process ${found.pids.join(", ")} is called like a kubelet`;
      return { state: "hidden", reason: `${who}: ${found.reason}` };
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

/** The one that runs, for commands that can do without. */
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

/** Where we find a path of the kubelet's: below its root, with its links resolved there. */
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
      : `${program} (process ${pid}) gives its kubelet no credential provider flags, since ${rancher.skipped}: it runs no plugin`;
  return { reason, fix: howToSet(node) };
}

/** How this distribution sets the two flags. */
function howToSet(node: Kubelet): string {
  const { rancher, program, supervisor, unit, files } = node;
  const flags = `--${CONFIG_FLAG} and --${BIN_DIR_FLAG}`;
  if (rancher !== undefined) {
    const { config, binDir } = rancher.credentialProvider;
    return `put the configuration at ${config.value} and the executables in ${binDir.value} (imagecred install --distribution ${program}), then restart ${unit ?? program}`;
  }
  if (supervisor === "rke2") {
    return "put the configuration and the executables where RKE2 looks (imagecred install --distribution rke2), then restart it";
  }
  if (supervisor === "k0s")
    return `imagecred install --distribution k0s, which gives k0s worker --kubelet-extra-args="${flags}" with their paths; then restart it`;
  if (program === "kubelite") {
    return `add ${flags} with their paths to /var/snap/microk8s/current/args/kubelet (imagecred install --distribution microk8s does), then sudo snap restart microk8s`;
  }
  if (unit !== undefined) {
    // Set after it was started: the commonest reason for "I configured it and nothing happens".
    const reading = readService(files, unit);
    const isSet = (name: string) =>
      reading.state === "read" &&
      reading.service.words.some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
    if (isSet(CONFIG_FLAG) && isSet(BIN_DIR_FLAG)) {
      return `its unit has both flags, and it was started before: systemctl daemon-reload && systemctl restart ${unit}`;
    }
    const plan = planFlags(files, unit, [
      { name: CONFIG_FLAG, value: "PATH" },
      { name: BIN_DIR_FLAG, value: "DIR" },
    ]);
    if (plan.state === "edit") {
      return `add ${flags} with their paths to ${plan.says} (imagecred install --distribution kubeadm does), then systemctl restart ${unit}`;
    }
  }
  return `start it with ${flags} (imagecred install --distribution kubeadm sets them on a node with systemd)`;
}

/** @throws {UsageError} for what the kubelet would not take */
function givenGates(text: string | undefined): ReadonlyMap<string, boolean> {
  const gates = parseFeatureGates(text ?? "");
  const entries = (text ?? "").split(",").filter((entry) => entry.trim() !== "");
  const wrong = entries.find((entry) => parseFeatureGates(entry).size === 0);
  if (wrong !== undefined) throw new UsageError(`--feature-gates: "${wrong}" is not NAME=true or NAME=false`);
  return gates;
}

/** As which kubelet a configuration is judged. */
export interface JudgedAs {
  /** undefined: the newest that is known. */
  readonly kubernetesVersion: string | undefined;
  /** The feature gate for pods' tokens; undefined: as the version has it. */
  readonly saTokens: boolean | undefined;
  /** Where the version comes from, where it is the running kubelet's. */
  readonly source: string | undefined;
  /** Why the running kubelet's version is not known. */
  readonly unknown: string | undefined;
}

const TOKENS_GATE = "KubeletServiceAccountTokenForCredentialProviders";

/**
 * The version and feature gates to judge by: as told, else the running kubelet's, asked of the program that runs.
 * @param kubelet the one whose configuration it is; undefined where no running kubelet has it
 */
export async function judgedAs(
  given: { readonly kubernetesVersion?: string | undefined; readonly featureGates?: string | undefined },
  kubelet: RunningKubelet | undefined,
  { fileSystem, runProgram }: Platform,
): Promise<JudgedAs> {
  const saTokens =
    givenGates(given.featureGates).get(TOKENS_GATE) ??
    kubelet?.configuration.featureGates.get(TOKENS_GATE)?.enabled;
  if (given.kubernetesVersion !== undefined || kubelet === undefined) {
    return { kubernetesVersion: given.kubernetesVersion, saTokens, source: undefined, unknown: undefined };
  }
  const version = await kubeletVersion(fileSystem, kubelet.node, runProgram);
  return version.state === "known"
    ? { kubernetesVersion: version.version, saTokens, source: version.says, unknown: undefined }
    : { kubernetesVersion: undefined, saTokens, source: undefined, unknown: version.reason };
}
