import type { Files } from "../files/files.ts";
import { overlay } from "../files/overlay.ts";
import { readText } from "../files/read-text.ts";
import { readService, type Service, type ServiceOptions } from "./service.ts";
import type { FlagPlan, WantedFlag } from "./set-flags.ts";
import { COMMAND_LINE, splitWords } from "./words.ts";

/**
 * Plans how to set a kubelet's flags in an option of the program that starts it: k0s worker's `--kubelet-extra-args`. Its
 * value is words separated by spaces; the last one of a name takes effect (k0s, internal/pkg/flags: Split). Edits the
 * command line in the unit's own file, as k0s' documentation does, and parses it again as systemd does: all other words must be
 * unchanged.
 * @param units the first one that exists is edited
 */
export function planOption(
  files: Files,
  units: readonly string[],
  option: string,
  wanted: readonly WantedFlag[],
  options: ServiceOptions = {},
): FlagPlan {
  const ours = wanted.map(({ name, value }) => `--${name}=${value}`);
  const refuse = (reason: string, where: string): FlagPlan => ({
    state: "refused",
    reason,
    byHand: `add --${option}="${ours.join(" ")}" to the options of ${where}`,
  });
  for (const unit of units) {
    const reading = readService(files, unit, options);
    if (reading.state === "absent") continue;
    if (reading.state === "unreadable") return refuse(reading.reason, unit);
    const { service } = reading;
    const [doubt] = service.doubts;
    if (doubt !== undefined) return refuse(doubt, unit);
    const strange = wanted.find(({ value }) => /\s/.test(value));
    if (strange !== undefined)
      return refuse(`--${option} cannot have a value such as ${strange.value}`, unit);
    const { path, line } = service.command;
    const text = readText(files, path);
    if (text.state !== "read") return refuse(`${path} cannot be read`, unit);
    const old = optionOf(service.words, option) ?? "";
    if ((optionOf(service.template, option) ?? "") !== old) {
      return refuse(`--${option} in ${path}:${line} has variables of the unit`, unit);
    }
    if (isEffective(old, wanted)) {
      return { state: "unchanged", label: `${unit} has the flags already`, path, content: text.text };
    }
    const content = withOption(text.text, line, option, [...othersOf(old, wanted), ...ours].join(" "));
    const after = content === undefined ? undefined : serviceWith(files, unit, path, content, options);
    if (content === undefined || after === undefined || !isSame(service, after, option, wanted)) {
      return refuse(`systemd would not read the flags in ${path}:${line} as intended`, unit);
    }
    const label = `--${option} in ${path}`;
    return { state: "edit", path, content, label, before: service.words, after: after.words, reload: true };
  }
  return { state: "absent" };
}

const fields = (value: string) => value.split(/\s+/).filter((word) => word !== "");
const nameOf = (word: string) => word.replace(/=.*$/s, "").replace(/^--/, "");

function othersOf(value: string, wanted: readonly WantedFlag[]): readonly string[] {
  return fields(value).filter((word) => !wanted.some(({ name }) => name === nameOf(word)));
}

function isEffective(value: string, wanted: readonly WantedFlag[]): boolean {
  return wanted.every(
    ({ name, value: wish }) =>
      fields(value).findLast((word) => nameOf(word) === name) === `--${name}=${wish}`,
  );
}

/** The option's last value among a program's words. */
function optionOf(words: readonly string[], option: string): string | undefined {
  const index = words.findLastIndex((word) => word === `--${option}` || word.startsWith(`--${option}=`));
  const word = words[index];
  return word === `--${option}` ? words[index + 1] : word?.slice(option.length + 3);
}

function withoutOption(words: readonly string[], option: string): readonly string[] {
  return words.filter(
    (word, index) =>
      word !== `--${option}` && !word.startsWith(`--${option}=`) && words[index - 1] !== `--${option}`,
  );
}

function isSame(before: Service, after: Service, option: string, wanted: readonly WantedFlag[]): boolean {
  const value = optionOf(after.words, option) ?? "";
  const was = optionOf(before.words, option) ?? "";
  const same = (a: readonly string[], b: readonly string[]) => a.join("\0") === b.join("\0");
  return (
    isEffective(value, wanted) &&
    same(othersOf(was, wanted), othersOf(value, wanted)) &&
    same(withoutOption(before.words, option), withoutOption(after.words, option))
  );
}

function serviceWith(
  files: Files,
  unit: string,
  path: string,
  content: string,
  options: ServiceOptions,
): Service | undefined {
  const reading = readService(overlay(files, path, content), unit, options);
  return reading.state === "read" && reading.service.doubts.length === 0 ? reading.service : undefined;
}

/**
 * The text of a unit with the option set to this value in its command: instead of its last value, or at the command's end.
 * undefined if the option and its value are not in one line.
 * @param first number of the command's line, from 1
 */
function withOption(text: string, first: number, option: string, value: string): string | undefined {
  const lines = text.split("\n");
  let last = first - 1;
  while (/(?:^|[^\\])(?:\\\\)*\\$/.test(lines[last] ?? "") && last + 1 < lines.length) last += 1;
  // In a unit, % begins a specifier and $ a variable.
  const escaped = value.replace(/["\\]/g, "\\$&").replaceAll("%", "%%").replaceAll("$", "$$$$");
  const word = `"--${option}=${escaped}"`;
  for (let at = last; at >= first - 1; at--) {
    const line = (lines[at] ?? "").replace(/\\$/, "");
    const { words, spans } = splitWords(line, COMMAND_LINE, "kept");
    const index = words.findLastIndex((one) => one === `--${option}` || one.startsWith(`--${option}=`));
    const [span, next] = [spans[index], spans[index + 1]];
    if (span === undefined) continue;
    const isApart = words[index] === `--${option}`;
    if (isApart && next === undefined) return undefined;
    const end = isApart ? (next?.end ?? span.end) : span.end;
    lines[at] = `${(lines[at] ?? "").slice(0, span.start)}${word}${(lines[at] ?? "").slice(end)}`;
    return lines.join("\n");
  }
  lines[last] = `${(lines[last] ?? "").replace(/[ \t\r]+$/, "")} ${word}`;
  return lines.join("\n");
}
