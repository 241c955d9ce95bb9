import { listDirectory } from "@imagecred/node";
import { CommandError } from "../../errors.ts";
import { bringUp, type Restartable, type RestartReport, restartable } from "../../installation/bring-up.ts";
import { stateAt } from "../../installation/file-state.ts";
import { type Expected, whyNotRunningWith } from "../../installation/kubelet-evidence.ts";
import { RECORD_DIRECTORY } from "../../installation/node-note.ts";
import { directoriesToMake, type PlannedFile, placeAll, recorded } from "../../installation/place.ts";
import {
  compacted,
  type InstallationRecord,
  readRecord,
  removeRecord,
  writeRecord,
} from "../../installation/record.ts";
import {
  forgetRefusal,
  REFUSAL,
  readRefusal,
  refusalHash,
  writeRefusal,
} from "../../installation/refusal.ts";
import { planRestore, restore } from "../../installation/restore.ts";
import { missingDirectories, removeDirectories, type Target } from "../../installation/target.ts";
import { loadConfig } from "../../machine/load-config.ts";
import { kubeletOfMachine, type RunningKubelet, runningKubelet } from "../../machine/running-kubelet.ts";
import type { Platform } from "../../runtime/types.ts";
import type { InstallPlan } from "./plan.ts";

/**
 * Installs the files and records it. The record is written first, so that an interrupted install can be undone.
 * @throws {CommandError}
 */
export function apply(plan: InstallPlan, files: readonly PlannedFile[], platform: Platform): void {
  const { target } = plan;
  const changed = files.filter(({ state }) => state !== "unchanged");
  if (changed.length === 0) return;
  const before = confirmedByNow(readRecord(target), plan, platform);
  const own = missingDirectories(target, RECORD_DIRECTORY);
  const directories = [...new Set([...own, ...directoriesToMake(files, target)])];
  const onlyExecutables = changed.every(({ placement }) => placement.role === "executable");
  const install = {
    time: new Date(platform.clock.now()).toISOString(),
    files: recorded(files),
    directories,
    // The kubelet runs new executables without a restart.
    confirmed: onlyExecutables && before.installs.every(({ confirmed }) => confirmed),
  };
  const { record, unneeded } = compacted({
    installs: [...before.installs, install],
    kubelet: onlyExecutables ? before.kubelet : undefined,
  });
  writeRecord(record, target, platform);
  try {
    placeAll(files, target, platform);
  } catch (error) {
    if (before.installs.length > 0) writeRecord(before, target, platform);
    else {
      removeRecord(target);
      removeDirectories(target, own);
    }
    throw error;
  }
  for (const backup of unneeded) {
    if (target.files.status(backup, "do-not-follow") !== undefined) target.files.remove(backup);
  }
}

/** The record; its installs are marked as confirmed if the kubelet runs with them now. */
function confirmedByNow(
  record: InstallationRecord,
  plan: InstallPlan,
  platform: Platform,
): InstallationRecord {
  if (record.installs.every(({ confirmed }) => confirmed)) return record;
  const kubelet = runningKubelet(platform);
  if (kubelet === undefined) return record;
  const why = whyNotRunningWith(kubelet, expectedOf(plan, platform), record.kubelet);
  return why === undefined ? confirm(record, kubelet, platform) : record;
}

function confirm(
  record: InstallationRecord,
  { pid, startedAt }: RunningKubelet,
  { clock }: Platform,
): InstallationRecord {
  return {
    installs: record.installs.map((install) => ({ ...install, confirmed: true })),
    kubelet: startedAt === undefined ? undefined : { pid, startedAt, at: clock.now() },
  };
}

function expectedOf({ configFlag, binDir, placements, target }: InstallPlan, platform: Platform): Expected {
  const listing = listDirectory(target.files, configFlag);
  const others = listing.state === "read" ? listing.names.map((name) => `${configFlag}/${name}`) : [];
  return {
    config: configFlag,
    binDir,
    readAtStart: [
      ...placements.filter(({ role }) => role !== "executable").map(({ to }) => to),
      ...others.filter((path) => /\.(?:json|ya?ml)$/.test(path)),
    ],
    hash: hashOf(configFlag, target, platform),
  };
}

/** The hash of the installed configuration, whether or not the kubelet accepts it. */
function hashOf(config: string, target: Target, platform: Platform): string | undefined {
  const onTarget: Platform = { ...platform, fileSystem: { ...platform.fileSystem, ...target.files } };
  try {
    return loadConfig(config, {}, onTarget).hash;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return undefined;
  }
}

/** The kubelet to restart or to wait for. @throws {CommandError} before anything is changed, if that is not possible */
export function prepareRestart(plan: InstallPlan, restart: boolean, platform: Platform): Prepared {
  if (restart) return restartable(plan.distribution, platform);
  const found = kubeletOfMachine(platform);
  if (found.state === "running") return { kubelet: found.kubelet };
  if (found.state !== "none") throw new CommandError(`--wait: ${found.reason}`);
  // It can be down for the moment; but in a container without the machine's processes there is nothing to wait for.
  if (found.machineProcesses === "hidden") {
    throw new CommandError(
      "--wait: only the processes of this container are visible (its pid namespace), not those of the machine: the container needs hostPID",
    );
  }
  return { kubelet: undefined };
}

/** A kubelet to restart, or only to wait for. */
export type Prepared = Restartable | { readonly kubelet: RunningKubelet | undefined };

interface RunWith {
  readonly plan: InstallPlan;
  readonly files: readonly PlannedFile[];
  readonly what: Prepared;
  readonly waitMs: number;
  readonly restart: boolean;
  readonly say: (what: string) => void;
}

/**
 * Waits until the kubelet runs with the installed files, restarting it if asked to, and records that it does. Restores the
 * previous files if it does not come up.
 * @throws {CommandError} if the kubelet does not see the files; they are restored then
 */
export async function runWith(
  { plan, files, what, waitMs, restart, say }: RunWith,
  platform: Platform,
): Promise<RestartReport> {
  const { target } = plan;
  const { kubelet } = what;
  const unseen = kubelet === undefined ? undefined : notSeenBy(kubelet, files, platform);
  if (unseen !== undefined) {
    const restored = rollBack(target, platform) ? "; all changed files were restored" : "";
    throw new CommandError(
      `${unseen}: ${target.root} is not the root directory of this machine, so its kubelet is not restarted${restored}`,
    );
  }
  const record = readRecord(target);
  let isRolledBack = false;
  const report = await bringUp(
    {
      restart: restart && "manager" in what ? what : undefined,
      kubelet,
      waitMs,
      expected: expectedOf(plan, platform),
      changed: undefined,
      confirmed: record.kubelet,
      rollBack: () => {
        isRolledBack = rollBack(target, platform);
        return isRolledBack;
      },
      say,
    },
    platform,
  );
  if (isRolledBack) {
    const time = new Date(platform.clock.now()).toISOString();
    const hash = refusalHash(plan.placements, platform.crypto);
    writeRefusal({ hash, time, cause: report.cause ?? "it did not come up" }, target, platform);
  }
  const runs = report.state === "not-needed" || report.state === "restarted" || report.state === "running";
  // After a rollback it runs with the files confirmed before, and is not restarted for them again.
  if (runs || report.state === "rolled-back") recordConfirmed(target, platform);
  if (runs) forgetRefusal(target);
  return report;
}

/**
 * A sentence if this node's kubelet did not come up with these files before, so that they are not installed again.
 * undefined if they were not tried, or are installed anyway.
 */
export function whyNotRetried(
  plan: InstallPlan,
  files: readonly PlannedFile[],
  { crypto }: Platform,
): string | undefined {
  const refusal = readRefusal(plan.target);
  if (refusal === undefined || refusal.hash !== refusalHash(plan.placements, crypto)) return undefined;
  if (files.every(({ state }) => state === "unchanged")) return undefined;
  const { time, cause } = refusal;
  return `this node's kubelet did not come up with this configuration and these executables at ${time} (${cause}), and all files were restored: imagecred does not retry until one of them changes; to retry anyway, remove ${plan.target.files.outside(REFUSAL)}`;
}

/** Undoes all installs after the last one that a kubelet ran with. @returns whether there were any */
function rollBack(target: Target, platform: Platform): boolean {
  const record = readRecord(target);
  const count = record.installs.length - 1 - record.installs.findLastIndex(({ confirmed }) => confirmed);
  if (count === 0) return false;
  restore(planRestore(record, count, target, platform), target, platform);
  return true;
}

/** Records that the running kubelet runs with all installs; writes nothing if the record says so already. */
function recordConfirmed(target: Target, platform: Platform): void {
  const record = readRecord(target);
  const kubelet = runningKubelet(platform);
  if (record.installs.length === 0 || kubelet === undefined) return;
  const now = confirm(record, kubelet, platform);
  const same = record.installs.every(({ confirmed }) => confirmed) && record.kubelet?.pid === kubelet.pid;
  if (!same) writeRecord(now, target, platform);
}

/** A sentence naming a file that the kubelet does not see as installed; undefined if it sees all. */
function notSeenBy(
  { title, node }: RunningKubelet,
  files: readonly PlannedFile[],
  { crypto }: Platform,
): string | undefined {
  const missing = files.find(({ placement, inside, after }) => {
    if (placement.role === "node-file") return false;
    try {
      return stateAt(node.files, inside, crypto)?.sha256 !== after.sha256;
    } catch {
      return true;
    }
  });
  return missing === undefined ? undefined : `${title} does not see ${missing.inside}`;
}
