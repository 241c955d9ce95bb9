import type { CheckDocument, ValidateDocument } from "./document.ts";

const LEVELS = { error: "error", warning: "warning", note: "notice" } as const;

/** Workflow commands of GitHub Actions, shown as annotations (actions/toolkit, packages/core/src/command.ts). */
export function githubFormat(document: ValidateDocument | CheckDocument): string {
  if (document.kind === "Check")
    return `::notice title=${property(document.code)}::${data(document.explanation)}\n`;
  const lines = document.configs.flatMap(({ config, findings }) =>
    findings.map(({ severity, code, message, fix, file, line, column }) => {
      const properties = [
        `file=${property(file ?? config)}`,
        ...(line === null ? [] : [`line=${line}`]),
        ...(column === null ? [] : [`col=${column}`]),
        `title=${property(`imagecred ${code}`)}`,
      ];
      return `::${LEVELS[severity]} ${properties.join(",")}::${data(`${message}\nfix: ${fix}`)}`;
    }),
  );
  return lines.map((line) => `${line}\n`).join("");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
