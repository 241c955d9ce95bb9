import { renderRestart } from "../../installation/render-restart.ts";
import { renderRestoration } from "../../installation/restoration.ts";
import type { Style } from "../../output/style.ts";
import { table, wrap } from "../../output/text.ts";
import type { InstallationDocument, InstallDocument, InstalledFile } from "./document.ts";

export function renderInstall(document: InstallDocument, style: Style): string {
  if (document.kind === "Restoration") return renderRestoration(document, style);
  const { bold, dim, yellow, marks, width } = style;
  const { files, restart, dryRun } = document;
  const rows = files.map((file) => [mark(file, style), file.to, dim(about(file, dryRun))]);
  const lines = [
    bold(title(document)),
    table(rows, "  ", width),
    ...files.flatMap(({ diff }) => (diff === null || diff === "" ? [] : ["", diff.trimEnd()])),
    "",
    ...document.notes.map((note) => `${yellow(marks.warning)} ${wrap(note, width, "  ", 2)}`),
    ...(restart === null ? [verdict(document, style)] : restartLines(document, style)),
  ];
  return `${lines.join("\n")}\n`;
}

function title({ dryRun, restart }: InstallationDocument): string {
  if (dryRun) return "Checked; nothing was changed:";
  return restart?.state === "rolled-back" ? "Installed and rolled back:" : "Installed:";
}

function restartLines(document: InstallationDocument, style: Style): readonly string[] {
  const { restart } = document;
  if (restart === null) return [];
  const nothing = isUnchanged(document) ? ["Everything was already installed."] : [];
  return [...nothing, renderRestart(restart, style)];
}

function mark(file: InstalledFile, { green, dim, marks }: Style): string {
  return file.state === "unchanged" ? dim(marks.skipped) : green(marks.good);
}

function about(file: InstalledFile, dryRun: boolean): string {
  if (file.state === "unchanged") return "unchanged";
  const state = dryRun ? `would be ${file.state}` : file.state;
  const parts = [
    state,
    ...(file.checksumFile === null ? [] : [`checksum verified with ${file.checksumFile}`]),
    ...(file.backup === null ? [] : [`backup: ${file.backup}`]),
  ];
  return parts.join(", ");
}

function isUnchanged({ files }: InstallationDocument): boolean {
  return files.every(({ state }) => state === "unchanged");
}

function verdict(document: InstallationDocument, style: Style): string {
  if (isUnchanged(document)) return "Everything was already installed.";
  if (document.restartNeeded) {
    if (document.restartCommand === null)
      return "The kubelet reads its configuration only when it starts: in an image when it boots, on a running node after a restart (--restart).";
    return withCommand(
      "Restart the kubelet to read the configuration:",
      `sudo ${document.restartCommand.replaceAll("&& ", "&& sudo ")}`,
      style,
    );
  }
  return "No restart is needed: the kubelet runs the new executables for the next pull.";
}

/** A text and a command to copy: the command is never wrapped, and on its own line if the line would be too long. */
function withCommand(text: string, command: string, { bold, onTerminal, width }: Style): string {
  const isLong = onTerminal && text.length + 1 + command.length > width;
  return `${text}${isLong ? "\n  " : " "}${bold(command)}`;
}
