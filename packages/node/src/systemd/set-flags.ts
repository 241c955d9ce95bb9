import type { Files } from "../files/files.ts";
import { overlay } from "../files/overlay.ts";
import { joinPath } from "../files/paths.ts";
import { readText } from "../files/read-text.ts";
import { parseFlags } from "../flags/command-line.ts";
import { parseEnvironmentFile, quoteEnvironmentValue } from "./environment-file.ts";
import { wholeVariable } from "./expand.ts";
import {
  type EnvironmentFile,
  readService,
  type Service,
  type ServiceOptions,
  type Variable,
} from "./service.ts";
import { quoteWord, splitWords, VARIABLE } from "./words.ts";

/** A flag that a service's program is to have. */
export interface WantedFlag {
  readonly name: string;
  readonly value: string;
}

/** A file to write so that the program has the flags. */
export interface FlagEdit {
  readonly state: "edit";
  readonly path: string;
  readonly content: string;
  /** Where the flags go: `KUBELET_EXTRA_ARGS in /etc/default/kubelet`. */
  readonly says: string;
  /** What the program is started with now and would be then, its own path first. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Whether systemd has to read its units again before a restart (`systemctl daemon-reload`). */
  readonly reload: boolean;
}

export type FlagPlan =
  /** Every flag counts already; `path` is the file that sets them, with its content. */
  | { readonly state: "unchanged"; readonly says: string; readonly path: string; readonly content: string }
  | FlagEdit
  | { readonly state: "absent" }
  | {
      readonly state: "refused";
      readonly reason: string;
      /** What to write by hand, and where. */
      readonly byHand: string;
    };

/** Variables that are meant for an operator's own flags, by the distributions' units; the first that a unit uses is taken. */
const EXTRA = [
  "KUBELET_EXTRA_ARGS",
  "KUBELET_CUSTOM_ARGS",
  "EXTRA_ARGS",
  "KUBELET_ARGS",
  "KUBELET_OPTS",
  "KUBELET_FLAGS",
];
/** Written by kubeadm at every join and upgrade (kubernetes, cmd/kubeadm/app/constants: KubeletEnvFileName). */
const REWRITTEN = ["/var/lib/kubelet/kubeadm-flags.env"];
const DROP_IN = "90-imagecred.conf";

/**
 * How to give a service's program flags, in the place that really decides: the last assignment of the variable that its
 * command has for more flags, wherever the unit, its drop-ins and environment files set it. The edited text is read
 * again the way systemd reads it, before anything is written: every word that was there must still be there, in order, and the flags must be
 * the ones that count; where that cannot be had, the plan is a refusal that says what to write by hand.
 */
export function planFlags(
  files: Files,
  unit: string,
  wanted: readonly WantedFlag[],
  options: ServiceOptions = {},
): FlagPlan {
  const reading = readService(files, unit, options);
  if (reading.state === "absent") return reading;
  const line = wanted.map(({ name, value }) => quoteWord(`--${name}=${value}`)).join(" ");
  const refuse = (reason: string, where = `the arguments of ${unit}`): FlagPlan => ({
    state: "refused",
    reason,
    byHand: `add ${line} to ${where}`,
  });
  if (reading.state === "unreadable") return refuse(reading.reason);
  const { service } = reading;
  const [doubt] = service.doubts;
  if (doubt !== undefined) return refuse(doubt);
  if (isEffective(service.words, wanted)) {
    const name = extraVariable(service);
    const path = (name === undefined ? undefined : lastOf(service, name)?.path) ?? service.command.path;
    const text = readText(files, path);
    const content = text.state === "read" ? text.text : "";
    return { state: "unchanged", says: `${unit} has the flags already`, path, content };
  }
  const variable = extraVariable(service);
  if (variable === undefined) {
    const { path, line: at } = service.command;
    return refuse(
      `the command of ${unit} (${path}:${at}) has no variable for more flags`,
      `ExecStart= of ${path}`,
    );
  }
  const plans = candidates(files, service, variable, wanted);
  for (const plan of plans) {
    const after = [undefined, "separate", "joined"].map((comments) =>
      wordsWith(
        files,
        unit,
        plan,
        comments === undefined ? options : { ...options, comments: comments as "separate" | "joined" },
      ),
    );
    // Before systemd 254 a comment's backslash joined lines; the edit must hold by both readings.
    if (after.every((words) => words !== undefined && isSame(service.words, words, wanted))) {
      return { state: "edit", ...plan, before: service.words, after: after[0] ?? [] };
    }
  }
  const last = lastOf(service, variable);
  const where = last === undefined ? plans[0]?.path : `${last.path}:${last.line}`;
  const reason = `systemd would not read the flags as they are meant from ${where ?? service.command.path}`;
  return refuse(reason, `${variable} in ${where ?? service.command.path}`);
}

/**
 * The same for a variable of an environment file that no unit of this system reads yet: a node image without the kubelet's
 * package. What the file's last assignment of it says stays, with the flags behind it.
 */
export function planAssignment(
  files: Files,
  path: string,
  variable: string,
  wanted: readonly WantedFlag[],
): Exclude<FlagPlan, { state: "absent" }> {
  const existing = readText(files, path);
  const line = wanted.map(({ name, value }) => quoteWord(`--${name}=${value}`)).join(" ");
  const byHand = `add ${line} to ${variable} in ${path}`;
  if (existing.state === "unreadable") {
    return { state: "refused", reason: `${path} cannot be read: ${existing.reason}`, byHand };
  }
  const text = existing.state === "read" ? existing.text : "";
  const wordsOf = (content: string, comments: "separate" | "joined") => {
    const last = parseEnvironmentFile(content, comments).findLast(({ name }) => name === variable);
    return ["", ...splitWords(last?.value ?? "", VARIABLE).words];
  };
  const before = wordsOf(text, "separate");
  if (isEffective(before, wanted)) {
    return { state: "unchanged", says: `${path} has the flags already`, path, content: text };
  }
  const old = parseEnvironmentFile(text).findLast(({ name }) => name === variable)?.value ?? "";
  for (const value of newValues(old, wanted)) {
    const content = withAssignment(text, variable, value);
    const [after, joined] = [wordsOf(content, "separate"), wordsOf(content, "joined")];
    if (isSame(before, after, wanted) && isSame(before, joined, wanted)) {
      const says = `${variable} in ${path}`;
      return {
        state: "edit",
        path,
        content,
        says,
        before: before.slice(1),
        after: after.slice(1),
        reload: false,
      };
    }
  }
  return {
    state: "refused",
    reason: `systemd would not read the flags as they are meant from ${path}`,
    byHand,
  };
}

interface Candidate {
  readonly path: string;
  readonly content: string;
  readonly says: string;
  readonly reload: boolean;
}

function extraVariable(service: Service): string | undefined {
  const names = service.template.flatMap((word) => wholeVariable(word) ?? []);
  return (
    EXTRA.find((name) => names.includes(name)) ??
    names.findLast((name) => /(?:EXTRA|CUSTOM).*(?:ARGS|OPTS|FLAGS)/.test(name))
  );
}

function lastOf(service: Service, variable: string): Variable | undefined {
  return service.variables.findLast(({ name }) => name === variable);
}

/** The first keeps the operator's own text, the last writes every word with quotes of its own. */
function candidates(
  files: Files,
  service: Service,
  variable: string,
  wanted: readonly WantedFlag[],
): readonly Candidate[] {
  const last = lastOf(service, variable);
  const values = newValues(last?.value ?? "", wanted);
  const ownFile = service.environmentFiles
    .flatMap((one) => one.files)
    .findLast(({ path }) => last?.from === "EnvironmentFile=" && path === last.path);
  if (ownFile !== undefined) {
    return values.map((value) => ({
      path: ownFile.path,
      content: withAssignment(ownFile.text, variable, value),
      says: `${variable} in ${ownFile.path}`,
      reload: false,
    }));
  }
  const file = fileForNew(service.environmentFiles);
  if (file !== undefined) {
    const text = readText(files, file);
    const existing = text.state === "read" ? text.text : "";
    return values.map((value) => ({
      path: file,
      content: withAssignment(existing, variable, value),
      says: `${variable} in ${file}`,
      reload: false,
    }));
  }
  const directory = `/etc/systemd/system/${service.name}.d`;
  return values.flatMap((value) =>
    [DROP_IN, `zz-${DROP_IN}`].map((name) => ({
      path: joinPath(directory, name),
      content: `[Service]\nEnvironment=${quoteUnitWord(`${variable}=${value}`)}\n`,
      says: `${variable} in ${joinPath(directory, name)}`,
      reload: true,
    })),
  );
}

/** Where nothing sets the variable yet: the last file that is the operator's own, and is one file. */
function fileForNew(files: readonly EnvironmentFile[]): string | undefined {
  const own = files.filter(({ pattern }) => !/[*?[]/.test(pattern) && !REWRITTEN.includes(pattern));
  return (own.findLast((one) => one.files.length > 0) ?? own.findLast(({ optional }) => optional))?.pattern;
}

function newValues(old: string, wanted: readonly WantedFlag[]): readonly string[] {
  const { words } = splitWords(old, VARIABLE);
  const kept = withoutFlags(words, wanted).map(quoteWord);
  const ours = wanted.map(({ name, value }) => quoteWord(`--${name}=${value}`));
  const rewritten = [...kept, ...ours].join(" ");
  const hasOurs = kept.length !== words.length;
  return hasOurs || old.trim() === "" ? [rewritten] : [`${old.trimEnd()} ${ours.join(" ")}`, rewritten];
}

/** A unit's `%` begins a specifier. */
function quoteUnitWord(word: string): string {
  return `"${word.replace(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/** Exchanges the last assignment of a variable, or adds one at the end. */
function withAssignment(text: string, variable: string, value: string): string {
  const last =
    parseEnvironmentFile(text, "joined").findLast(({ name }) => name === variable) ??
    parseEnvironmentFile(text).findLast(({ name }) => name === variable);
  const assignment = `${variable}=${quoteEnvironmentValue(value)}`;
  if (last === undefined) return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${assignment}\n`;
  const rest = text.slice(last.end);
  return `${text.slice(0, last.start)}${assignment}${rest === "" ? "\n" : rest}`;
}

/** Drops both `--flag=value` and `--flag value`. */
function withoutFlags(words: readonly string[], wanted: readonly WantedFlag[]): readonly string[] {
  const names = new Set(wanted.map(({ name }) => name));
  const kept: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const match = /^--([^=]+)(=)?/.exec(word);
    if (match === null || !names.has((match[1] ?? "").replaceAll("_", "-"))) kept.push(word);
    else if (match[2] === undefined) index += 1;
  }
  return kept;
}

function isEffective(words: readonly string[], wanted: readonly WantedFlag[]): boolean {
  const flags = parseFlags(words.slice(1), { kind: "unit", says: "" });
  return wanted.every(({ name, value }) => flags.findLast((flag) => flag.name === name)?.value === value);
}

function isSame(before: readonly string[], after: readonly string[], wanted: readonly WantedFlag[]): boolean {
  const [old, now] = [withoutFlags(before, wanted), withoutFlags(after, wanted)];
  return (
    isEffective(after, wanted) && old.length === now.length && old.every((word, index) => word === now[index])
  );
}

/** What systemd would start with one file changed. */
function wordsWith(
  files: Files,
  unit: string,
  { path, content }: Candidate,
  options: ServiceOptions,
): readonly string[] | undefined {
  const reading = readService(overlay(files, path, content), unit, options);
  return reading.state === "read" && reading.service.doubts.length === 0 ? reading.service.words : undefined;
}
