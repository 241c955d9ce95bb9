import { parentOf } from "@imagecred/node";
import { CommandError, UsageError } from "../../errors.ts";
import { type RestartReport, waitMs } from "../../installation/bring-up.ts";
import { differences } from "../../installation/differences.ts";
import { RECORD_DIRECTORY } from "../../installation/node-note.ts";
import { type PlannedFile, planFile } from "../../installation/place.ts";
import { failed } from "../../installation/render-restart.ts";
import { restorationExitCode, undo } from "../../installation/restoration.ts";
import { checkDirectory } from "../../installation/target.ts";
import { requireLinux } from "../../machine/linux-only.ts";
import { withProgress } from "../../output/progress.ts";
import { capitalized } from "../../output/text.ts";
import type { Platform } from "../../runtime/types.ts";
import type { Command } from "../command.ts";
import { apply, prepareRestart, runWith, whyNotRetried } from "./apply.ts";
import type { InstallOptions } from "./definition.ts";
import type { InstallationDocument, InstallDocument, InstalledFile } from "./document.ts";
import { type InstallPlan, planInstall } from "./plan.ts";
import { renderInstall } from "./render.ts";

export const install: Command<InstallOptions, InstallDocument> = {
  async run(options, platform) {
    if (options.rollback === true) return undo("last", options, platform);
    if (options.force === true) {
      throw new UsageError("--force requires --rollback: install replaces files anyway, and keeps a backup");
    }
    requireLinux("install", platform);
    if (platform.processInfo.userId !== 0) {
      throw new CommandError("install must run as root: use sudo");
    }
    const limit = waitMs(options);
    const plan = await planInstall(options, platform);
    const { placements, target } = plan;
    for (const directory of new Set([...placements.map(({ to }) => parentOf(to)), RECORD_DIRECTORY])) {
      checkDirectory(target, directory, platform);
    }
    // All files are checked before the first one is changed.
    const files = placements.map((placement) => planFile(placement, target, platform));
    const dryRun = options.dryRun === true;
    const refused = whyNotRetried(plan, files, platform);
    if (refused !== undefined && !dryRun) throw new CommandError(`${refused}; nothing was changed`);
    let restart: RestartReport | null = null;
    if (!dryRun) {
      const what = limit === undefined ? undefined : prepareRestart(plan, options.restart === true, platform);
      apply(plan, files, platform);
      if (what !== undefined && limit !== undefined) {
        restart = await withProgress(platform, options, "checking the kubelet", ({ say }) =>
          runWith({ plan, files, what, waitMs: limit, restart: options.restart === true, say }, platform),
        );
      }
    }
    const warned =
      refused === undefined ? plan : { ...plan, notes: [...plan.notes, `${capitalized(refused)}.`] };
    return documentOf(warned, files, { dryRun, restart }, platform);
  },
  render: renderInstall,
  exitCode: (document) =>
    document.kind === "Restoration"
      ? restorationExitCode(document)
      : document.restart !== null && failed(document.restart)
        ? 1
        : 0,
};

function documentOf(
  plan: InstallPlan,
  files: readonly PlannedFile[],
  { dryRun, restart }: Pick<InstallationDocument, "dryRun" | "restart">,
  platform: Platform,
): InstallationDocument {
  const changed = (role: PlannedFile["placement"]["role"]) =>
    files.some((file) => file.placement.role === role && file.state !== "unchanged");
  return {
    kind: "Installation",
    dryRun,
    root: plan.target.root,
    binDir: plan.binDir,
    configPath: plan.configPath,
    files: files.map((file) => installedFile(file, plan, dryRun)),
    restartNeeded: changed("config") || changed("node-file"),
    restartCommand: restartCommand(plan),
    restart,
    notes: [...plan.notes, ...notes(plan, platform)],
  };
}

function installedFile(file: PlannedFile, plan: InstallPlan, dryRun: boolean): InstalledFile {
  const { placement, state, before, after, backup } = file;
  const { role, from, to, sha256, data } = placement;
  const { files } = plan.target;
  const path = files.outside(to);
  return {
    role,
    from,
    to: path,
    sha256,
    state,
    backup: dryRun || backup === undefined ? null : files.outside(backup),
    checksumFile: plan.sources.find(({ path: source }) => source === from)?.checksumFile ?? null,
    before: before?.state ?? null,
    after,
    diff: dryRun
      ? withoutSecrets(
          differences(path, before, { state: after, data }, { content: role !== "executable" }),
          plan.secrets,
        )
      : null,
  };
}

/** Shorter parts of a secret are not redacted: they also occur in ordinary words. A value can have several lines. */
const SHORTEST_SECRET = 4;

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const parts = secrets.flatMap((secret) => secret.split("\n")).map((part) => part.trim());
  return parts
    .filter((part) => part.length >= SHORTEST_SECRET)
    .reduce((clean, part) => clean.replaceAll(part, "[redacted]"), text);
}

/** null for an image: its kubelet reads the configuration when the image boots. */
function restartCommand({ distribution, target, reload }: InstallPlan): string | null {
  if (target.root !== "/") return null;
  const restart = distribution?.restart ?? "systemctl restart kubelet";
  return reload ? `systemctl daemon-reload && ${restart}` : restart;
}

function notes(plan: InstallPlan, { fileSystem }: Platform): readonly string[] {
  const found: string[] = [];
  for (const { path, executable } of plan.sources) {
    if (executable.kind === "elf" && executable.interpreter !== undefined) {
      found.push(
        `${path} is dynamically linked: it needs ${executable.interpreter} where the kubelet runs. The static builds need nothing.`,
      );
    }
  }
  if (fileSystem.status("/sys/fs/selinux/enforce") !== undefined && plan.target.root === "/") {
    found.push(
      `SELinux is enabled: run restorecon -Rv ${plan.binDir} ${plan.configPath} to label the files.`,
    );
  }
  return found;
}
