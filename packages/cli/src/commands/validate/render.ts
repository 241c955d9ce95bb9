import type { Style } from "../../output/style.ts";
import { count, printable, wrap } from "../../output/text.ts";
import type { Finding, ValidateDocument } from "./document.ts";

const LONGEST_EXCERPT = 160;

export function renderValidate(document: ValidateDocument, style: Style): string {
  const explained = new Set<string>();
  const blocks = document.findings.map((finding) => {
    const first = !explained.has(finding.code);
    explained.add(finding.code);
    return renderFinding(finding, first, style);
  });
  const last = verdict(document, style);
  return `${[...blocks, style.onTerminal ? wrap(last, style.width, "  ", 0) : last].join("\n\n")}\n`;
}

/** Why something hurts is said once. */
function renderFinding(finding: Finding, explain: boolean, style: Style): string {
  const { bold, dim, width, cyan } = style;
  const place = finding.file === null ? "" : `${finding.file}:${finding.line}:${finding.column}: `;
  const head = `${bold(place)}${severityOf(finding, style)}: ${printable(finding.message)} ${dim(`[${finding.code}]`)}`;
  const lines = [style.onTerminal ? wrap(head, width, "  ", 0) : head];
  if (finding.excerpt !== null && finding.excerpt.trim() !== "" && finding.column !== null) {
    lines.push(...excerpt(finding.excerpt, finding.line ?? 0, finding.column, style));
  }
  if (explain && finding.explanation !== null) lines.push(`  ${dim(wrap(finding.explanation, width, "  "))}`);
  lines.push(`  ${cyan("fix:")} ${wrap(printable(finding.fix), width, "       ", 7)}`);
  return lines.join("\n");
}

function severityOf({ severity }: Finding, { red, yellow, cyan }: Style): string {
  if (severity === "error") return red("error");
  return severity === "warning" ? yellow("warning") : cyan("note");
}

function excerpt(text: string, line: number, column: number, { dim, yellow }: Style): readonly string[] {
  if (text.length > LONGEST_EXCERPT) return [];
  const margin = `${line}`.padStart(5);
  return [
    dim(`${margin} | ${printable(text)}`),
    `${" ".repeat(margin.length)} ${dim("|")} ${" ".repeat(column - 1)}${yellow("^")}`,
  ];
}

function verdict(document: ValidateDocument, style: Style): string {
  const { findings, providers } = document;
  const number = (severity: Finding["severity"]) =>
    findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings, notes] = [number("error"), number("warning"), number("note")];
  const counts = [
    ...(errors > 0 ? [style.red(count(errors, "error"))] : []),
    ...(warnings > 0 ? [style.yellow(count(warnings, "warning"))] : []),
    ...(notes > 0 ? [count(notes, "note")] : []),
  ].join(", ");
  const whose = document.configSource === "command line" ? "" : ` (${document.configSource})`;
  const said = counts === "" ? "" : `: ${counts}`;
  if (!document.accepted) {
    const log =
      document.kubeletError === null
        ? ""
        : `\n  ${style.dim(`its log: ${printable(document.kubeletError)}`)}`;
    return `${style.red(style.marks.bad)} ${document.config}${whose}${said}. A kubelet ${document.kubernetesVersion} would not start with it.${log}`;
  }
  const mark = warnings > 0 ? style.yellow(style.marks.warning) : style.green(style.marks.good);
  const looked = document.binDir === null ? "; executables were not looked at (--bin-dir)" : "";
  return `${mark} ${document.config}${whose}${said}. A kubelet ${document.kubernetesVersion} takes it: ${count(providers.length, "provider")} (${printable(providers.join(", "))})${looked}.`;
}
