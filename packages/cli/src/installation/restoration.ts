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

/** What `imagecred uninstall` and `imagecred install --rollback` did. */
export interface RestorationDocument {
  readonly kind: "Restoration";
  /** What was undone: the last install, or all of them. */
  readonly undone: "last" | "all";
  /** When what was undone was installed, oldest first; empty where nothing was. */
  readonly installs: readonly string[];
  readonly dryRun: boolean;
  readonly root: string;
  readonly files: readonly RestoredFile[];
  /** Directories that are gone. */
  readonly directories: readonly string[];
  readonly restartNeeded: boolean;
  /** null where neither a restart nor waiting for one was asked for. */
  readonly restart: RestartReport | null;
  readonly notes: readonly string[];
}

export interface RestoredFile {
  readonly path: string;
  readonly state: PlannedRestore["state"];
  readonly before: FileState | null;
  readonly after: FileState | null;
  /** What a dry run would change, as a unified diff; null otherwise. */
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
 * Undoes the last install, or all of them, by the record on the node, and restarts the kubelet where that is asked for.
 * @throws {CommandError} before anything is changed, where a file was changed since, a backup is gone, or what is to be
 * restarted is not clear
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
    throw new UsageError("--wait: there is nothing to wait for without --restart");
  }
  const target = openTarget(options.root, platform);
  const record = readRecord(target);
  const count = undone === "all" ? record.installs.length : Math.min(1, record.installs.length);
  const installs = record.installs.slice(record.installs.length - count);
  const plan = planRestore(record, count, target, platform);
  refuseConflicts(plan, options.force === true);
  const dryRun = options.dryRun === true;
  // Before anything is changed: a kubelet that cannot be restarted from here.
  const what = options.restart === true && !dryRun ? restartable(undefined, platform) : undefined;
  // What the kubelet refused is a part of what install left on the node.
  if (undone === "all" && !dryRun) forgetRefusal(target);
  const done = dryRun || count === 0 ? { directories: [], notes: [] } : restore(plan, target, platform);
  const changed = plan.files.some((file) => file.state !== "unchanged" && isReadAtStart(file, installs));
  const restart =
    what === undefined || limit === undefined
      ? null
      : await withProgress(platform, options, "looking at the kubelet", ({ say }) =>
          bringUp(
            {
              restart: what,
              kubelet: what.kubelet,
              waitMs: limit,
              expected: undefined,
              changed: changed ? "its configuration or its flags were put back" : missingConfig(platform),
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

/** @throws {CommandError} that names every file that someone else changed */
function refuseConflicts({ files }: RestorePlan, force: boolean): void {
  const conflicts = files.flatMap(({ conflict }) => conflict ?? []);
  if (conflicts.length === 0 || force) return;
  throw new CommandError(
    `${conflicts.join("; ")}; nothing was changed: --dry-run shows what would be, --force does it and keeps a copy of what is lost`,
  );
}

/** Executables are read when they run; the configuration, flags and units at the kubelet's start. */
function isReadAtStart({ path }: PlannedRestore, installs: readonly RecordedInstall[]): boolean {
  return installs.some(({ files }) =>
    files.some((file) => file.path === path && (parseOctal(file.after.mode) & 0o111) === 0),
  );
}

/** The first restart after an uninstall may have failed: the kubelet then runs with files that are not there any more. */
function missingConfig(platform: Platform): string | undefined {
  const kubelet = runningKubelet(platform);
  if (kubelet?.config === undefined || platform.fileSystem.status(kubelet.config) !== undefined)
    return undefined;
  return `${kubelet.title} was started with a configuration that is not there any more`;
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

const DONE = { restored: "restored", removed: "removed", unchanged: "as it was" } as const;

/** For a person; ends with a line end. */
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
  if (files.every(({ state }) => state === "unchanged")) return "There is nothing to put back.";
  if (!restartNeeded) return "No restart is needed.";
  return dryRun
    ? "The kubelet would have to be restarted (--restart does it)."
    : "The kubelet runs as before until it is restarted (--restart does it).";
}

export const restorationExitCode = ({ restart }: RestorationDocument): 0 | 1 =>
  restart !== null && failed(restart) ? 1 : 0;
