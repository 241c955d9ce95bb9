import type { Files } from "../files/files.ts";
import { readText } from "../files/read-text.ts";
import type { FlagPlan, WantedFlag } from "../systemd/set-flags.ts";
import { parseArgumentFile } from "./argument-file.ts";

/** What kubelite would take away, replace or split (see {@link parseArgumentFile}). */
const NOT_PLAIN = /[\s"'$]/;

/**
 * How to give the kubelet of MicroK8s flags in its file of arguments: a line for each at the end, instead of those that were there
 * before. Every other line stays as it is. The new text is read again as kubelite reads it: all other flags must still be there, in order.
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
    byHand: `add ${lines.join(" and ")} to ${path}, a line each`,
  });
  const existing = readText(files, path);
  if (existing.state === "absent") return refuse(`${path} is not there: MicroK8s is not installed`);
  if (existing.state === "unreadable") return refuse(`${path} cannot be read: ${existing.reason}`);
  const { text } = existing;
  const strange = wanted.find(({ value }) => NOT_PLAIN.test(value));
  if (strange !== undefined) return refuse(`${path} cannot have a value such as ${strange.value}`);
  const before = flagsOf(text, path);
  if (isEffective(before, wanted)) {
    return { state: "unchanged", says: `${path} has the flags already`, path, content: text };
  }
  const kept = text.split("\n").flatMap((line) => withoutOurs(line, wanted));
  const start = kept.join("\n");
  const content = `${start}${start === "" || start.endsWith("\n") ? "" : "\n"}${lines.join("\n")}\n`;
  const after = flagsOf(content, path);
  const [others, stillThere] = [othersOf(before, wanted), othersOf(after, wanted)];
  if (!isEffective(after, wanted) || others.join("\0") !== stillThere.join("\0")) {
    return refuse(`${path} would not be read with the flags as they are meant`);
  }
  return {
    state: "edit",
    path,
    content,
    says: path,
    before: wordsOf(before),
    after: wordsOf(after),
    reload: false,
  };
}

interface NameAndValue {
  readonly name: string;
  readonly value: string;
}

/** Variables stay empty, before and after alike. */
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

/** The line, or what is left of one that has flags of these names; nothing where nothing is left. */
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
