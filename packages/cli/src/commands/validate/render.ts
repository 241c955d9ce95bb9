import type { Style } from "../../output/style.ts";
import { count, printable, wrap, wrapOnTerminal } from "../../output/text.ts";
import type { CheckedConfig, Finding, ValidateDocument } from "./document.ts";

const LONGEST_EXCERPT = 160;
/** Why a version is judged by, when nothing says which one runs. */
export const NEWEST = "the newest that is known";

export function renderValidate(document: ValidateDocument, style: Style): string {
  const explained = new Set<string>();
  const blocks = document.configs.flatMap((config) => [
    ...config.findings.map((finding) => {
      const first = !explained.has(finding.code);
      explained.add(finding.code);
      return renderFinding(finding, first, style);
    }),
    wrapOnTerminal(verdict(config, style), style),
  ]);
  const fixed = document.fixed.map(
    ({ file, fixes, backup }) =>
      `${style.green(style.marks.good)} ${file}: ${count(fixes, "fix", "fixes")} made; the file as it was is ${backup}`,
  );
  return `${[...fixed.map((line) => wrapOnTerminal(line, style)), ...blocks].join("\n\n")}\n`;
}

/** Why something hurts is said once. */
function renderFinding(finding: Finding, explain: boolean, style: Style): string {
  const { bold, dim, width, cyan } = style;
  const place = finding.file === null ? "" : `${finding.file}:${finding.line}:${finding.column}: `;
  const head = `${bold(place)}${severityOf(finding, style)}: ${printable(finding.message)} ${dim(`[${finding.code}]`)}`;
  const lines = [wrapOnTerminal(head, style)];
  if (finding.excerpt !== null && finding.excerpt.trim() !== "" && finding.column !== null) {
    lines.push(...excerpt(finding.excerpt, finding.line ?? 0, finding.column, style));
  }
  if (explain && finding.explanation !== null) lines.push(`  ${dim(wrap(finding.explanation, width, "  "))}`);
  const byProgram = finding.edits.length > 0 && !finding.suggestion ? dim(" (--fix does it)") : "";
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

/** As much of a line as there is room for, with the place that is meant in it. */
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
      ? `A kubelet ${kubernetesVersion} (${NEWEST}; --kubernetes-version chooses another)`
      : `A kubelet ${kubernetesVersion}`;
  if (config.accepted === null) {
    return `${style.yellow(style.marks.warning)} ${head} Whether a kubelet would start with it is not known: this user cannot read all of it.`;
  }
  if (!config.accepted) {
    const log =
      config.kubeletError === null ? "" : `\n  ${style.dim(`its log: ${printable(config.kubeletError)}`)}`;
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
      : `; its plugins use ${printable(config.identityMaps.join(", "))}`;
  const looked = config.binDir === null ? "; executables were not checked (--bin-dir)" : "";
  return `${mark} ${head} ${version} accepts it: ${count(providers.length, "provider")} (${printable(providers.join(", "))})${maps}${looked}.`;
}

function mapVerdict({ accepted, findings }: CheckedConfig, head: string, style: Style): string {
  if (accepted !== true)
    return `${style.red(style.marks.bad)} ${head} No plugin uses it: every pull through one that names it fails.`;
  const worst = findings.some(({ severity }) => severity === "warning");
  const mark = worst ? style.yellow(style.marks.warning) : style.green(style.marks.good);
  return `${mark} ${head} The plugins of this version use it.`;
}
