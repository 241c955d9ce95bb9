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
    ...(restart === null ? [verdict(document, style)] : settled(document, style)),
  ];
  return `${lines.join("\n")}\n`;
}

function title({ dryRun, restart }: InstallationDocument): string {
  if (dryRun) return "Checked; nothing was changed:";
  return restart?.state === "rolled-back" ? "Installed, and put back:" : "Installed:";
}

function settled(document: InstallationDocument, style: Style): readonly string[] {
  const { restart } = document;
  if (restart === null) return [];
  const nothing = isInPlace(document) ? ["Everything was in place already."] : [];
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
    ...(file.checksumFile === null ? [] : [`checksum as in ${file.checksumFile}`]),
    ...(file.backup === null ? [] : [`the old one is ${file.backup}`]),
  ];
  return parts.join(", ");
}

function isInPlace({ files }: InstallationDocument): boolean {
  return files.every(({ state }) => state === "unchanged");
}

function verdict(document: InstallationDocument, style: Style): string {
  if (isInPlace(document)) return "Everything was in place already.";
  if (document.restartNeeded) {
    if (document.restartCommand === null)
      return "The kubelet reads its configuration when it starts: an image's when it boots, a running node's after a restart (--restart).";
    return withCommand(
      "The kubelet reads its configuration at start-up only:",
      `sudo ${document.restartCommand.replaceAll("&& ", "&& sudo ")}`,
      style,
    );
  }
  return "No restart is needed: the kubelet runs the new executables from the next pull on.";
}

/** A command is for copying: it stays whole, on a line of its own where there is no room for it. */
function withCommand(text: string, command: string, { bold, onTerminal, width }: Style): string {
  const isLong = onTerminal && text.length + 1 + command.length > width;
  return `${text}${isLong ? "\n  " : " "}${bold(command)}`;
}
