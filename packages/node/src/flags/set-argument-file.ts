import type { Files } from "../files/files.ts";
import { readText } from "../files/read-text.ts";
import type { FlagPlan, WantedFlag } from "../systemd/set-flags.ts";
import { parseArgumentFile } from "./argument-file.ts";

/** Characters that kubelite would remove, expand or split at (see {@link parseArgumentFile}). */
const NOT_PLAIN = /[\s"'$]/;

/**
 * Plans how to set flags of MicroK8s' kubelet in its file of arguments: one line each at the end, replacing existing ones. Other
 * lines do not change. The new text is parsed again as by kubelite: all other flags must still be set, in order.
 */
export function planArgumentFile(
  files: Files,
  path: string,
  wanted: readonly WantedFlag[],
): Exclude<FlagPlan, { state: "absent" }> {
  const lines = wanted.map(({ name, value }) => `--${name}=${value}`);
  const refuse = (reason: string): Exclude<FlagPlan, { state: "absent" }> => ({
    state: "refused",
    reason,
    byHand: `add ${lines.join(" and ")} to ${path}, one per line`,
  });
  const existing = readText(files, path);
  if (existing.state === "absent") return refuse(`${path} does not exist: MicroK8s is not installed`);
  if (existing.state === "unreadable") return refuse(`${path} cannot be read: ${existing.reason}`);
  const { text } = existing;
  const strange = wanted.find(({ value }) => NOT_PLAIN.test(value));
  if (strange !== undefined) return refuse(`${path} cannot have a value such as ${strange.value}`);
  const before = flagsOf(text, path);
  if (isEffective(before, wanted)) {
    return { state: "unchanged", label: `${path} has the flags already`, path, content: text };
  }
  const kept = text.split("\n").flatMap((line) => withoutOurs(line, wanted));
  const start = kept.join("\n");
  const content = `${start}${start === "" || start.endsWith("\n") ? "" : "\n"}${lines.join("\n")}\n`;
  const after = flagsOf(content, path);
  const [others, stillThere] = [othersOf(before, wanted), othersOf(after, wanted)];
  if (!isEffective(after, wanted) || others.join("\0") !== stillThere.join("\0")) {
    return refuse(`kubelite would not read the flags in ${path} as intended`);
  }
  return {
    state: "edit",
    path,
    content,
    label: path,
    before: wordsOf(before),
    after: wordsOf(after),
    reload: false,
  };
}

interface NameAndValue {
  readonly name: string;
  readonly value: string;
}

/** Parses flags with empty variables, which does not matter for comparing them. */
function flagsOf(text: string, path: string): readonly NameAndValue[] {
  return parseArgumentFile(text, path, {});
}

function wordsOf(flags: readonly NameAndValue[]): readonly string[] {
  return flags.map(({ name, value }) => `--${name}=${value}`);
}

function isOurs(name: string, wanted: readonly WantedFlag[]): boolean {
  return wanted.some((one) => one.name === name);
}

function othersOf(flags: readonly NameAndValue[], wanted: readonly WantedFlag[]): readonly string[] {
  return wordsOf(flags.filter(({ name }) => !isOurs(name, wanted)));
}

function isEffective(flags: readonly NameAndValue[], wanted: readonly WantedFlag[]): boolean {
  return wanted.every(({ name, value }) => flags.findLast((flag) => flag.name === name)?.value === value);
}

/** The line without flags of these names; no line if nothing is left. */
function withoutOurs(line: string, wanted: readonly WantedFlag[]): readonly string[] {
  const trimmed = line.trim();
  if (trimmed === "" || trimmed.startsWith("#")) return [line];
  const words = trimmed.split(" ");
  const kept: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const [, name, equals] = /^["']*--([^="']+)["']*(=)?/.exec(word) ?? [];
    if (name === undefined || !isOurs(name.replaceAll("_", "-"), wanted)) kept.push(word);
    else if (equals === undefined) index += 1;
  }
  if (kept.length === words.length) return [line];
  return kept.length === 0 ? [] : [kept.join(" ")];
}
