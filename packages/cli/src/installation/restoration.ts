import { CommandError, UsageError } from "../errors.ts";
import { requireLinux } from "../machine/linux-only.ts";
import { runningKubelet } from "../machine/running-kubelet.ts";
import { withProgress } from "../output/progress.ts";
import type { Style } from "../output/style.ts";
import { table, wrap } from "../output/text.ts";
import type { Platform } from "../runtime/types.ts";
import { bringUp, type RestartReport, restartable, waitMs } from "./bring-up.ts";
import { differences } from "./differences.ts";
import { type FileState, parseOctal } from "./file-state.ts";
import { RECORD, type RecordedInstall, readRecord } from "./record.ts";
import { forgetRefusal } from "./refusal.ts";
import { failed, renderRestart } from "./render-restart.ts";
import { type PlannedRestore, planRestore, type RestorePlan, restore } from "./restore.ts";
import { openTarget, type Target } from "./target.ts";

/** The result of `imagecred uninstall` and `imagecred install --rollback`. */
export interface RestorationDocument {
  readonly kind: "Restoration";
  /** The scope of the undo: the last install, or all of them. */
  readonly undone: "last" | "all";
  /** Times of the undone installs, oldest first; empty if there were none. */
  readonly installs: readonly string[];
  readonly dryRun: boolean;
  readonly root: string;
  readonly files: readonly RestoredFile[];
  /** Directories that were removed. */
  readonly directories: readonly string[];
  readonly restartNeeded: boolean;
  /** null without --restart. */
  readonly restart: RestartReport | null;
  readonly notes: readonly string[];
}

export interface RestoredFile {
  readonly path: string;
  readonly state: PlannedRestore["state"];
  readonly before: FileState | null;
  readonly after: FileState | null;
  /** In a dry run the change as a unified diff; null otherwise. */
  readonly diff: string | null;
}

export interface RestorationOptions {
  readonly root: string;
  readonly dryRun?: boolean | undefined;
  readonly restart?: boolean | undefined;
  readonly wait?: string | undefined;
  readonly force?: boolean | undefined;
  readonly output: string;
}

/**
 * Undoes the last install, or all of them, by the record on the node, and restarts the kubelet with --restart.
 * @throws {CommandError} before anything is changed, if a file was changed after it was installed, a backup is missing, or
 * it is not clear what to restart
 */
export async function undo(
  undone: RestorationDocument["undone"],
  options: RestorationOptions,
  platform: Platform,
): Promise<RestorationDocument> {
  const verb = undone === "all" ? "uninstall" : "install --rollback";
  requireLinux(verb, platform);
  if (platform.processInfo.userId !== 0) throw new CommandError(`${verb} must run as root: use sudo`);
  const limit = waitMs(options);
  if (limit !== undefined && options.restart !== true) {
    throw new UsageError("--wait requires --restart: without it there is nothing to wait for");
  }
  const target = openTarget(options.root, platform);
  const record = readRecord(target);
  const count = undone === "all" ? record.installs.length : Math.min(1, record.installs.length);
  const installs = record.installs.slice(record.installs.length - count);
  const plan = planRestore(record, count, target, platform);
  refuseConflicts(plan, options.force === true);
  const dryRun = options.dryRun === true;
  // Fails before anything is changed if the kubelet cannot be restarted from here.
  const what = options.restart === true && !dryRun ? restartable(undefined, platform) : undefined;
  // install also wrote the note of a refusal to the node.
  if (undone === "all" && !dryRun) forgetRefusal(target);
  const done = dryRun || count === 0 ? { directories: [], notes: [] } : restore(plan, target, platform);
  const changed = plan.files.some((file) => file.state !== "unchanged" && isReadAtStart(file, installs));
  const restart =
    what === undefined || limit === undefined
      ? null
      : await withProgress(platform, options, "checking the kubelet", ({ say }) =>
          bringUp(
            {
              restart: what,
              kubelet: what.kubelet,
              waitMs: limit,
              expected: undefined,
              changed: changed ? "its configuration or its flags were restored" : missingConfig(platform),
              confirmed: undefined,
              rollBack: () => false,
              say,
            },
            platform,
          ),
        );
  return {
    kind: "Restoration",
    undone,
    installs: installs.map(({ time }) => time),
    dryRun,
    root: target.root,
    files: plan.files.map((file) => describe(file, target, dryRun)),
    directories: done.directories.map((path) => target.files.outside(path)),
    restartNeeded: changed,
    restart,
    notes: count === 0 ? [`Nothing is recorded in ${target.files.outside(RECORD)}.`] : done.notes,
  };
}

/** @throws {CommandError} with every file that someone else changed */
function refuseConflicts({ files }: RestorePlan, force: boolean): void {
  const conflicts = files.flatMap(({ conflict }) => conflict ?? []);
  if (conflicts.length === 0 || force) return;
  throw new CommandError(
    `${conflicts.join("; ")}; nothing was changed: --dry-run shows what would change, --force restores the files and keeps copies of those that were changed`,
  );
}

/** Whether a file is read only when the kubelet starts: configuration, flags and units, not executables. */
function isReadAtStart({ path }: PlannedRestore, installs: readonly RecordedInstall[]): boolean {
  return installs.some(({ files }) =>
    files.some((file) => file.path === path && (parseOctal(file.after.mode) & 0o111) === 0),
  );
}

/** A reason to restart if the kubelet runs with a removed configuration, as after an uninstall whose restart failed. */
function missingConfig(platform: Platform): string | undefined {
  const kubelet = runningKubelet(platform);
  if (kubelet?.config === undefined || platform.fileSystem.status(kubelet.config) !== undefined)
    return undefined;
  return `${kubelet.title} was started with a configuration that no longer exists`;
}

function describe(file: PlannedRestore, target: Target, dryRun: boolean): RestoredFile {
  const { current, before, state } = file;
  const path = target.files.outside(file.path);
  const executable = [current, before].some((one) => (parseOctal(one?.state.mode ?? "0") & 0o111) !== 0);
  return {
    path,
    state,
    before: current?.state ?? null,
    after: before?.state ?? null,
    diff: dryRun ? differences(path, current, before, { content: !executable }) : null,
  };
}

const DONE = { restored: "restored", removed: "removed", unchanged: "unchanged" } as const;

/** Human-readable output; ends with a line end. */
export function renderRestoration(document: RestorationDocument, style: Style): string {
  const { bold, dim, green, yellow, marks, width } = style;
  const { files, dryRun, notes, directories, restart, undone } = document;
  const rows = files.map(({ path, state }) => [
    state === "unchanged" ? dim(marks.skipped) : green(marks.good),
    path,
    dim(dryRun && state !== "unchanged" ? `would be ${DONE[state]}` : DONE[state]),
  ]);
  const removed = directories.map((path) => [green(marks.good), `${path}/`, dim("removed")]);
  const title = undone === "all" ? "Uninstalled:" : "Rolled back:";
  const outcome = restart === null ? verdict(document) : renderRestart(restart, style);
  if (document.installs.length === 0) return `${[...notes, outcome].join("\n")}\n`;
  const lines = [
    bold(dryRun ? "Checked; nothing was changed:" : title),
    table([...rows, ...removed], "  ", width),
    ...files.flatMap(({ diff }) => (diff === null || diff === "" ? [] : ["", diff.trimEnd()])),
    "",
    ...notes.map((note) => `${yellow(marks.warning)} ${wrap(note, width, "  ", 2)}`),
    outcome,
  ];
  return `${lines.filter((line, index) => index > 1 || line !== "").join("\n")}\n`;
}

function verdict({ files, dryRun, restartNeeded }: RestorationDocument): string {
  if (files.every(({ state }) => state === "unchanged")) return "There is nothing to restore.";
  if (!restartNeeded) return "No restart is needed.";
  return dryRun
    ? "The kubelet would need a restart (--restart)."
    : "The kubelet runs as before until it is restarted (--restart).";
}

export const restorationExitCode = ({ restart }: RestorationDocument): 0 | 1 =>
  restart !== null && failed(restart) ? 1 : 0;
