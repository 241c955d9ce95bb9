import {
  type Flag,
  type FlagPlan,
  flagValue,
  planArgumentFile,
  planAssignment,
  planFlags,
  planOption,
  type RootedFiles,
  rancherSettings,
  readService,
  type WantedFlag,
} from "@imagecred/node";
import { K0S_UNITS } from "../../distributions/k0s.ts";
import type { NodeFile } from "../../distributions/types.ts";
import { CommandError } from "../../errors.ts";
import { BIN_DIR_FLAG, CONFIG_FLAG } from "../../machine/running-kubelet.ts";

const UNIT = "kubelet.service";
const VARIABLE = "KUBELET_EXTRA_ARGS";

/** A file with flags of the kubelet, as it will be written. */
export interface FlagsFile {
  /** Below the root. */
  readonly path: string;
  readonly content: string;
  /** Whether systemd has to read its units again. */
  readonly reload: boolean;
}

/**
 * The file that sets the kubelet's flags on this distribution, with the flags added.
 * @throws {CommandError} with what to write by hand
 */
export function flagsFile(
  files: RootedFiles,
  { merge, paths }: NodeFile,
  config: string,
  binDir: string,
): FlagsFile {
  const wanted = [
    { name: CONFIG_FLAG, value: config },
    { name: BIN_DIR_FLAG, value: binDir },
  ];
  if (merge === "argument-file") return written(planArgumentFile(files, paths[0], wanted));
  if (merge !== "k0s-unit") return unitFlags(files, paths, wanted);
  const plan = planOption(files, K0S_UNITS, "kubelet-extra-args", wanted);
  if (plan.state !== "absent") return written(plan);
  throw new CommandError(
    `there is no k0s service (${K0S_UNITS.join(", ")}) to add the kubelet's flags to: run k0s install first; nothing was changed`,
  );
}

/** @throws {CommandError} with what to write by hand */
function written(plan: Exclude<FlagPlan, { state: "absent" }>): FlagsFile {
  if (plan.state === "refused") {
    throw new CommandError(
      `the kubelet's flags are not changed: ${plan.reason}; nothing was changed: ${plan.byHand}`,
    );
  }
  return { path: plan.path, content: plan.content, reload: plan.state === "edit" && plan.reload };
}

/**
 * The file that sets the flags of the kubelet's unit: the one that takes effect according to its unit, drop-ins and
 * environment files; without a unit (an image without the package), the file that the package will read.
 * @param usual the files that packages read; used is the first one whose directory exists
 */
function unitFlags(files: RootedFiles, usual: NodeFile["paths"], wanted: readonly WantedFlag[]): FlagsFile {
  const byUnit = planFlags(files, UNIT, wanted);
  const plan =
    byUnit.state === "absent" ? planAssignment(files, usualPath(files, usual), VARIABLE, wanted) : byUnit;
  return written(plan);
}

function usualPath(files: RootedFiles, usual: readonly [string, ...string[]]): string {
  // Debian's packages read /etc/default/kubelet, even if /etc/sysconfig exists.
  const debian = usual.find((path) => path.startsWith("/etc/default/"));
  if (debian !== undefined && files.status("/etc/debian_version") !== undefined) return debian;
  const directory = (path: string) => path.slice(0, path.lastIndexOf("/"));
  return usual.find((path) => files.status(directory(path)) !== undefined) ?? usual[0];
}

const UNITS = {
  k3s: [["k3s.service", "k3s-agent.service"]],
  rke2: [["rke2-server.service", "rke2-agent.service"]],
} as const;

/**
 * Checks that k3s or RKE2 use these paths, according to their files and their unit. @throws {CommandError} if they do not
 */
export function checkRancherPlaces(
  files: RootedFiles,
  program: keyof typeof UNITS,
  config: string,
  binDir: string,
): void {
  const service = UNITS[program][0]
    .map((unit) => readService(files, unit))
    .flatMap((reading) => (reading.state === "read" ? [reading.service] : []))[0];
  const words = service?.words ?? [];
  const at = words.findIndex((word) => word === "server" || word === "agent");
  const settings = rancherSettings(files, {
    program,
    words: at < 0 ? [] : words.slice(at + 1),
    wordsSource: { kind: "unit", label: `${service?.command.path}:${service?.command.line}` },
    environment: service?.environment ?? {},
  });
  const own = (name: string, otherwise: Flag): Flag => {
    const flag = flagValue(settings.flags, name);
    return flag === undefined || flag.source.kind === "default" ? otherwise : flag;
  };
  const { credentialProvider } = settings;
  for (const [flag, ours] of [
    [own(CONFIG_FLAG, credentialProvider.config), config],
    [own(BIN_DIR_FLAG, credentialProvider.binDir), binDir],
  ] as const) {
    if (flag.value === ours) continue;
    const option = flag.name === CONFIG_FLAG ? "--config-path" : "--bin-dir";
    throw new CommandError(
      `${program} uses ${flag.value} (${flag.source.label}), not ${ours}: install with ${option} ${flag.value}, or change that setting`,
    );
  }
}
