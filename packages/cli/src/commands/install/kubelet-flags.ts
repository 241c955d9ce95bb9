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

/** A file whose content gives the kubelet its flags. */
export interface FlagsFile {
  /** Below the root. */
  readonly path: string;
  readonly content: string;
  /** Whether systemd has to read its units again. */
  readonly reload: boolean;
}

/**
 * How the kubelet gets the flags, in the file of the distribution that decides.
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
    `there is no service of k0s (${K0S_UNITS.join(", ")}) whose kubelet could get the flags: run k0s install first; nothing was changed`,
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
 * How the kubelet's unit gets the flags: by the file that its unit, drop-ins and environment files make decide; where there is no unit
 * yet (an image without the package), by the file that its package will read.
 * @param usual the packages' files, of which the first whose directory exists is meant
 */
function unitFlags(files: RootedFiles, usual: NodeFile["paths"], wanted: readonly WantedFlag[]): FlagsFile {
  const byUnit = planFlags(files, UNIT, wanted);
  const plan =
    byUnit.state === "absent" ? planAssignment(files, usualPath(files, usual), VARIABLE, wanted) : byUnit;
  return written(plan);
}

function usualPath(files: RootedFiles, usual: readonly [string, ...string[]]): string {
  // Debian's packages read /etc/default/kubelet, and a Debian may have /etc/sysconfig all the same.
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
 * Refuses places that k3s or RKE2 would not look at, by their files and their unit. @throws {CommandError}
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
    wordsSource: { kind: "unit", says: `${service?.command.path}:${service?.command.line}` },
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
      `${program} looks at ${flag.value} (${flag.source.says}), not at ${ours}: install with ${option} ${flag.value}, or change that setting`,
    );
  }
}
