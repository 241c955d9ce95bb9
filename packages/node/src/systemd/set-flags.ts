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

/** A flag to set for a service's program. */
export interface WantedFlag {
  readonly name: string;
  readonly value: string;
}

/** A file to write to set the flags. */
export interface FlagEdit {
  readonly state: "edit";
  readonly path: string;
  readonly content: string;
  /** Where the flags are set, for messages: `KUBELET_EXTRA_ARGS in /etc/default/kubelet`. */
  readonly label: string;
  /** The words with which the program is started before and after the edit, its path first. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Whether systemd has to read its units again before a restart (`systemctl daemon-reload`). */
  readonly reload: boolean;
}

export type FlagPlan =
  /** All flags are already set; `path` is the file that sets them, with its content. */
  | { readonly state: "unchanged"; readonly label: string; readonly path: string; readonly content: string }
  | FlagEdit
  | { readonly state: "absent" }
  | {
      readonly state: "refused";
      readonly reason: string;
      /** The change to make by hand, and its file. */
      readonly byHand: string;
    };

/** Variables in the distributions' units for an operator's own flags; the first one that a unit uses is set. */
const EXTRA = [
  "KUBELET_EXTRA_ARGS",
  "KUBELET_CUSTOM_ARGS",
  "EXTRA_ARGS",
  "KUBELET_ARGS",
  "KUBELET_OPTS",
  "KUBELET_FLAGS",
];
/** Written by kubeadm at every join and upgrade (Kubernetes, cmd/kubeadm/app/constants: KubeletEnvFileName). */
const REWRITTEN = ["/var/lib/kubelet/kubeadm-flags.env"];
const DROP_IN = "90-imagecred.conf";

/**
 * Plans how to set flags of a service's program: in the last assignment of the command's variable for more flags, which can be
 * in the unit, its drop-ins and environment files. The edited text is parsed again as by systemd before anything is written:
 * all other words must be unchanged, in order, and the flags must take effect. If that is not possible, the plan is `refused`,
 * with what to write by hand.
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
    return { state: "unchanged", label: `${unit} has the flags already`, path, content };
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
    // Before systemd 254 a backslash continued a comment; the edit must be correct for both.
    if (after.every((words) => words !== undefined && isSame(service.words, words, wanted))) {
      return { state: "edit", ...plan, before: service.words, after: after[0] ?? [] };
    }
  }
  const last = lastOf(service, variable);
  const where = last === undefined ? plans[0]?.path : `${last.path}:${last.line}`;
  const reason = `systemd would not read the flags as intended from ${where ?? service.command.path}`;
  return refuse(reason, `${variable} in ${where ?? service.command.path}`);
}

/**
 * The same for a variable of an environment file that no unit reads yet: in a node image without the kubelet's package. Keeps
 * the value of the variable's last assignment and adds the flags after it.
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
    return { state: "unchanged", label: `${path} has the flags already`, path, content: text };
  }
  const old = parseEnvironmentFile(text).findLast(({ name }) => name === variable)?.value ?? "";
  for (const value of newValues(old, wanted)) {
    const content = withAssignment(text, variable, value);
    const [after, joined] = [wordsOf(content, "separate"), wordsOf(content, "joined")];
    if (isSame(before, after, wanted) && isSame(before, joined, wanted)) {
      const label = `${variable} in ${path}`;
      return {
        state: "edit",
        path,
        content,
        label,
        before: before.slice(1),
        after: after.slice(1),
        reload: false,
      };
    }
  }
  return {
    state: "refused",
    reason: `systemd would not read the flags as intended from ${path}`,
    byHand,
  };
}

interface Candidate {
  readonly path: string;
  readonly content: string;
  readonly label: string;
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

/** Possible edits: the first keeps the operator's text, the last writes every word with our own quotes. */
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
      label: `${variable} in ${ownFile.path}`,
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
      label: `${variable} in ${file}`,
      reload: false,
    }));
  }
  const directory = `/etc/systemd/system/${service.name}.d`;
  return values.flatMap((value) =>
    [DROP_IN, `zz-${DROP_IN}`].map((name) => ({
      path: joinPath(directory, name),
      content: `[Service]\nEnvironment=${quoteUnitWord(`${variable}=${value}`)}\n`,
      label: `${variable} in ${joinPath(directory, name)}`,
      reload: true,
    })),
  );
}

/** The file for a variable that is not set yet: the operator's last single file. */
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

/** A word in quotes for a unit, in which `%` begins a specifier. */
function quoteUnitWord(word: string): string {
  return `"${word.replace(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/** Replaces the last assignment of a variable, or adds one at the end. */
function withAssignment(text: string, variable: string, value: string): string {
  const last =
    parseEnvironmentFile(text, "joined").findLast(({ name }) => name === variable) ??
    parseEnvironmentFile(text).findLast(({ name }) => name === variable);
  const assignment = `${variable}=${quoteEnvironmentValue(value)}`;
  if (last === undefined) return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${assignment}\n`;
  const rest = text.slice(last.end);
  return `${text.slice(0, last.start)}${assignment}${rest === "" ? "\n" : rest}`;
}

/** Removes both `--flag=value` and `--flag value`. */
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
  const flags = parseFlags(words.slice(1), { kind: "unit", label: "" });
  return wanted.every(({ name, value }) => flags.findLast((flag) => flag.name === name)?.value === value);
}

function isSame(before: readonly string[], after: readonly string[], wanted: readonly WantedFlag[]): boolean {
  const [old, now] = [withoutFlags(before, wanted), withoutFlags(after, wanted)];
  return (
    isEffective(after, wanted) && old.length === now.length && old.every((word, index) => word === now[index])
  );
}

/** The words with which systemd would start the program after the edit. */
function wordsWith(
  files: Files,
  unit: string,
  { path, content }: Candidate,
  options: ServiceOptions,
): readonly string[] | undefined {
  const reading = readService(overlay(files, path, content), unit, options);
  return reading.state === "read" && reading.service.doubts.length === 0 ? reading.service.words : undefined;
}
