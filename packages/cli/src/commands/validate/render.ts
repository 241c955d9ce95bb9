import type { Style } from "../../output/style.ts";
import { count, printable, wrap, wrapOnTerminal } from "../../output/text.ts";
import type { CheckedConfig, Finding, ValidateDocument } from "./document.ts";

const LONGEST_EXCERPT = 160;
/** Source of the version when it is neither given nor known from a running kubelet. */
export const NEWEST = "the newest known";

export function renderValidate(document: ValidateDocument, style: Style): string {
  const explained = new Set<string>();
  const blocks = document.configs.flatMap((config) => [
    ...config.findings.map((finding) => {
      const first = !explained.has(finding.code);
      explained.add(finding.code);
      return renderFinding(finding, first, style);
    }),
    verdict(config, style)
      .split(LOG_INDENT)
      .map((line) => wrapOnTerminal(line, { ...style, width: style.width - LOG_INDENT.length + 1 }))
      .join(LOG_INDENT),
  ]);
  const fixed = document.fixed.map(
    ({ file, fixes, backup }) =>
      `${style.green(style.marks.good)} ${file}: applied ${count(fixes, "fix", "fixes")}; backup: ${backup}`,
  );
  return `${[...fixed.map((line) => wrapOnTerminal(line, style)), ...blocks].join("\n\n")}\n`;
}

/** Between the verdict and the kubelet's error. */
const LOG_INDENT = "\n  ";

/** The lines of a finding. @param explain whether to print the explanation: only for the first finding of a code */
function renderFinding(finding: Finding, explain: boolean, style: Style): string {
  const { bold, dim, width, cyan } = style;
  const place = finding.file === null ? "" : `${finding.file}:${finding.line}:${finding.column}: `;
  const head = `${bold(place)}${severityOf(finding, style)}: ${printable(finding.message)} ${dim(`[${finding.code}]`)}`;
  const lines = [wrapOnTerminal(head, style)];
  if (finding.excerpt !== null && finding.excerpt.trim() !== "" && finding.column !== null) {
    lines.push(...excerpt(finding.excerpt, finding.line ?? 0, finding.column, style));
  }
  if (explain && finding.explanation !== null) lines.push(`  ${dim(wrap(finding.explanation, width, "  "))}`);
  const byProgram = finding.edits.length > 0 && !finding.suggestion ? dim(" (or run with --fix)") : "";
  lines.push(`  ${cyan("fix:")} ${wrap(printable(finding.fix) + byProgram, width, "       ", 7)}`);
  return lines.join("\n");
}

function severityOf({ severity }: Finding, { red, yellow, cyan }: Style): string {
  if (severity === "error") return red("error");
  return severity === "warning" ? yellow("warning") : cyan("note");
}

function excerpt(text: string, line: number, column: number, style: Style): readonly string[] {
  const { dim, yellow, onTerminal, width } = style;
  if (text.length > LONGEST_EXCERPT) return [];
  const margin = `${line}`.padStart(5);
  const room = onTerminal ? width - margin.length - 3 : Number.POSITIVE_INFINITY;
  const { shown, at } = around([...printable(text)], column - 1, room);
  return [
    dim(`${margin} | ${shown}`),
    `${" ".repeat(margin.length)} ${dim("|")} ${" ".repeat(at)}${yellow("^")}`,
  ];
}

/** The part of a line around a position that fits in `room` columns, and the position in that part. */
function around(
  characters: readonly string[],
  at: number,
  room: number,
): { readonly shown: string; readonly at: number } {
  if (characters.length <= room) return { shown: characters.join(""), at };
  const start = at < room - 8 ? 0 : at - Math.floor(room / 3);
  const [before, after] = [start > 0 ? "…" : "", start + room < characters.length ? "…" : ""];
  const end = start + room - before.length - after.length;
  return {
    shown: `${before}${characters.slice(start, end).join("")}${after}`,
    at: at - start + before.length,
  };
}

function verdict(config: CheckedConfig, style: Style): string {
  const { findings, providers, kubernetesVersion, kubernetesVersionSource } = config;
  const number = (severity: Finding["severity"]) =>
    findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings, notes] = [number("error"), number("warning"), number("note")];
  const counts = [
    ...(errors > 0 ? [style.red(count(errors, "error"))] : []),
    ...(warnings > 0 ? [style.yellow(count(warnings, "warning"))] : []),
    ...(notes > 0 ? [count(notes, "note")] : []),
    ...(config.ignored > 0 ? [`${config.ignored} ignored by comments`] : []),
  ].join(", ");
  const source = config.configSource === "command line" ? "" : ` (${config.configSource})`;
  const head = `${config.config}${source}${counts === "" ? "" : `: ${counts}`}.`;
  if (config.contains === "ImageIdentities") return mapVerdict(config, head, style);
  const version =
    kubernetesVersionSource === NEWEST
      ? `Kubelet ${kubernetesVersion} (${NEWEST}; --kubernetes-version sets another)`
      : `Kubelet ${kubernetesVersion}`;
  if (config.accepted === null) {
    return `${style.yellow(style.marks.warning)} ${head} Not known whether the kubelet would start with it: this user cannot read all of it.`;
  }
  if (!config.accepted) {
    const log =
      config.kubeletError === null
        ? ""
        : `${LOG_INDENT}${style.dim(`its log: ${printable(config.kubeletError)}`)}`;
    return `${style.red(style.marks.bad)} ${head} ${version} would not start with it.${log}`;
  }
  const mark =
    errors > 0
      ? style.red(style.marks.bad)
      : warnings > 0
        ? style.yellow(style.marks.warning)
        : style.green(style.marks.good);
  const broken = findings.some(({ code }) => code === "identity-map");
  const maps =
    config.identityMaps.length === 0 || broken
      ? ""
      : `; the plugins use ${printable(config.identityMaps.join(", "))}`;
  const unchecked = config.binDir === null ? "; executables were not checked (--bin-dir)" : "";
  return `${mark} ${head} ${version} accepts it: ${count(providers.length, "provider")} (${printable(providers.join(", "))})${maps}${unchecked}.`;
}

function mapVerdict({ accepted, findings }: CheckedConfig, head: string, style: Style): string {
  if (accepted !== true)
    return `${style.red(style.marks.bad)} ${head} The plugins reject it: every pull through a plugin that uses it fails.`;
  const worst = findings.some(({ severity }) => severity === "warning");
  const mark = worst ? style.yellow(style.marks.warning) : style.green(style.marks.good);
  return `${mark} ${head} The plugins of this version accept it.`;
}
