import type { Style } from "../../output/style.ts";
import { table, wrap } from "../../output/text.ts";
import type { InstallDocument, InstalledFile } from "./document.ts";

export function renderInstall(document: InstallDocument, style: Style): string {
  const { bold, dim, yellow, marks } = style;
  const rows = document.files.map((file) => [mark(file, style), file.to, dim(about(file, document.dryRun))]);
  const lines = [
    bold(document.dryRun ? "Checked; nothing was changed:" : "Installed:"),
    table(rows, "  ", style.width),
    "",
    ...document.notes.map((note) => `${yellow(marks.warning)} ${wrap(note, style.width, "  ", 2)}`),
    verdict(document, style),
  ];
  return `${lines.join("\n")}\n`;
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

function verdict(document: InstallDocument, { bold, width }: Style): string {
  const changed = document.files.some((file) => file.state !== "unchanged");
  if (!changed) return "Everything was in place already.";
  if (document.restartNeeded) {
    if (document.restartCommand === null)
      return "The kubelet of the image reads its configuration when it boots.";
    return wrap(
      `The kubelet reads its configuration at start-up only: ${bold(`sudo ${document.restartCommand.replaceAll("&& ", "&& sudo ")}`)}`,
      Math.max(width, 100),
    );
  }
  return "No restart is needed: the kubelet runs the new executables from the next pull on.";
}
