import type { Files } from "../files/files.ts";
import { baseName, joinPath, parentOf } from "../files/paths.ts";
import { listDirectory, readText } from "../files/read-text.ts";
import { type EnvironmentAssignment, isVariableName, parseEnvironmentFile } from "./environment-file.ts";
import { expandWords } from "./expand.ts";
import { findUnit, UNIT_PATH, type UnitText } from "./find-unit.ts";
import { replaceSpecifiers } from "./specifiers.ts";
import { type Assignment, parseUnitFile } from "./unit-file.ts";
import { COMMAND_LINE, splitWords } from "./words.ts";

/** A position in a file. */
export interface Placed {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** An assignment of a variable of the service. */
export interface Variable extends Placed {
  readonly name: string;
  readonly value: string;
  readonly from: "Environment=" | "EnvironmentFile=";
}

/** One `EnvironmentFile=` of a unit. */
export interface EnvironmentFile extends Placed {
  /** Its value without the `-`; can be a pattern. */
  readonly pattern: string;
  /** Whether the service starts even without the file. */
  readonly optional: boolean;
  /** The existing files that it names. */
  readonly files: readonly {
    readonly path: string;
    readonly text: string;
    readonly assignments: readonly EnvironmentAssignment[];
  }[];
}

export interface Service {
  readonly name: string;
  readonly texts: readonly UnitText[];
  /** The command's words before variables are replaced, the program's path first. */
  readonly template: readonly string[];
  readonly command: Placed;
  /** The words with which the program is started. */
  readonly words: readonly string[];
  /** Every assignment of a variable, in order; the last one of a name takes effect. */
  readonly variables: readonly Variable[];
  readonly environmentFiles: readonly EnvironmentFile[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string | undefined;
  /** Why the words can differ from those with which systemd starts the program, each a sentence. */
  readonly doubts: readonly string[];
}

export type ServiceReading =
  | { readonly state: "read"; readonly service: Service }
  | { readonly state: "absent" }
  | { readonly state: "unreadable"; readonly reason: string };

export interface ServiceOptions {
  readonly unitPath?: readonly string[];
  /** {@link parseEnvironmentFile} */
  readonly comments?: "separate" | "joined";
}

/**
 * Reads how systemd would start a service: its unit with drop-ins, `Environment=` and `EnvironmentFile=`, and the words of
 * `ExecStart=` with variables replaced. A variable in a file overrides `Environment=`, a later file an earlier one.
 */
export function readService(files: Files, name: string, options: ServiceOptions = {}): ServiceReading {
  const unit = findUnit(files, name, options.unitPath ?? UNIT_PATH);
  if (unit.state === "absent") return unit;
  if (unit.state === "masked") return { state: "unreadable", reason: `${name} is masked by ${unit.path}` };
  if (unit.state === "unreadable") {
    return { state: "unreadable", reason: `${unit.path} cannot be read: ${unit.reason}` };
  }
  const doubts: string[] = [];
  const assignments: Assignment[] = [];
  for (const { text, path, kind } of unit.texts) {
    const own = parseUnitFile(text, path).filter(({ section }) => section === "Service");
    const broken = own.findIndex((one) => one.key === "ExecStart" && one.value !== "" && isBroken(one, name));
    const line = own[broken];
    assignments.push(...(line === undefined ? own : [...own.slice(0, broken), ...completeCommand(line)]));
    if (line === undefined) continue;
    // systemd rejects a unit with such a line, and ignores the rest of a drop-in.
    const where = `${path}:${line.line}: ExecStart= cannot be split into words`;
    if (kind === "unit") return { state: "unreadable", reason: where };
    doubts.push(`${where}, so systemd ignores the rest of the file`);
  }
  const commands = settings(assignments, "ExecStart");
  const start = commands[0];
  if (start === undefined) return { state: "unreadable", reason: `${name} has no ExecStart=` };
  const type = settings(assignments, "Type").at(-1)?.value;
  const second = commands[1] ?? (hasSecondCommand(start) ? start : undefined);
  if (second !== undefined && type !== "oneshot") {
    const where = `${second.path}:${second.line}`;
    return { state: "unreadable", reason: `${name} has a second command (${where}), which systemd rejects` };
  }
  const template = commandWords(start, name, doubts);
  if (template === undefined) {
    return {
      state: "unreadable",
      reason: `${start.path}:${start.line}: ExecStart= cannot be split into words`,
    };
  }
  const environmentFiles = settings(assignments, "EnvironmentFile").map((one) =>
    environmentFile(files, one, name, doubts, options.comments),
  );
  const variables = [
    ...settings(assignments, "Environment").flatMap((one) => environmentVariables(one, name, doubts)),
    ...environmentFiles.flatMap((file) =>
      file.files.flatMap((one) => fileVariables(one.path, one.assignments)),
    ),
  ];
  const unset = new Set(
    settings(assignments, "UnsetEnvironment").flatMap(({ value }) => splitWords(value, COMMAND_LINE).words),
  );
  const environment = Object.fromEntries(
    variables.map(({ name: key, value }) => [key, value] as const).filter(([key]) => !unset.has(key)),
  );
  const service: Service = {
    name,
    texts: unit.texts,
    template: template.words,
    command: { path: start.path, line: start.line },
    words: template.expand ? expandWords(template.words, environment) : template.words,
    variables,
    environmentFiles,
    environment,
    workingDirectory: settings(assignments, "WorkingDirectory").at(-1)?.value.replace(/^-/, ""),
    doubts,
  };
  return { state: "read", service };
}

/** The effective assignments of a key: an empty one clears those before it. */
function settings(assignments: readonly Assignment[], key: string): readonly Assignment[] {
  const all = assignments.filter((one) => one.key === key);
  return all.slice(all.findLastIndex(({ value }) => value === "") + 1);
}

/** Whether a line has several commands, which are separated by the word `;`. */
function hasSecondCommand({ value }: Assignment): boolean {
  const { words } = splitWords(value, COMMAND_LINE, "kept");
  const end = words.indexOf(";");
  return end >= 0 && end < words.length - 1;
}

/** The command before a `;` of a line that is invalid after it: systemd uses only that command. */
function completeCommand(assignment: Assignment): readonly Assignment[] {
  const { words, spans } = splitWords(assignment.value, COMMAND_LINE);
  const end = spans[words.indexOf(";")];
  return end === undefined || words[0] === ";"
    ? []
    : [{ ...assignment, value: assignment.value.slice(0, end.start).trimEnd() }];
}

/** Whether a command line is invalid. With `-` before it, a command may fail, and may also be invalid. */
function isBroken(assignment: Assignment, unit: string): boolean {
  return !/^[@:+!|]*-/.test(assignment.value) && commandWords(assignment, unit, []) === undefined;
}

/** The first command of a line; `-`, `@`, `:`, `+`, `!` before the path change how it is run (systemd.service(5)). */
function commandWords(
  { value, path, line }: Assignment,
  unit: string,
  doubts: string[],
): { readonly words: readonly string[]; readonly expand: boolean } | undefined {
  const split = splitWords(value, COMMAND_LINE);
  const { words, valid } = split.valid ? split : splitWords(value, COMMAND_LINE, "kept");
  if (!valid) return undefined;
  const end = words.indexOf(";");
  const own = (end < 0 ? words : words.slice(0, end)).map((word) => (word === "\\;" ? ";" : word));
  const prefixes = /^[-@:+!|]*/.exec(own[0] ?? "")?.[0] ?? "";
  const [program = "", ...args] = [(own[0] ?? "").slice(prefixes.length), ...own.slice(1)];
  if (program === "") return undefined;
  // With `@` the second word is argv[0], not an argument.
  const kept = [program, ...(prefixes.includes("@") ? args.slice(1) : args)];
  const replaced = kept.map((word) => replaceSpecifiers(word, unit));
  if (replaced.some(({ complete }) => !complete)) {
    doubts.push(`${path}:${line} has a specifier that only the running system replaces`);
  }
  return { words: replaced.map(({ text }) => text), expand: !prefixes.includes(":") };
}

function environmentVariables(
  { value, path, line }: Assignment,
  unit: string,
  doubts: string[],
): readonly Variable[] {
  const { text, complete } = replaceSpecifiers(value, unit);
  if (!complete) doubts.push(`${path}:${line} has a specifier that only the running system replaces`);
  return splitWords(text, COMMAND_LINE).words.flatMap((word): readonly Variable[] => {
    const equals = word.indexOf("=");
    const name = word.slice(0, Math.max(equals, 0));
    if (!isVariableName(name)) return [];
    return [{ name, value: word.slice(equals + 1), from: "Environment=", path, line }];
  });
}

function environmentFile(
  files: Files,
  { value, path, line }: Assignment,
  unit: string,
  doubts: string[],
  comments: "separate" | "joined" | undefined,
): EnvironmentFile {
  const optional = value.startsWith("-");
  const { text: pattern, complete } = replaceSpecifiers(value.replace(/^-/, ""), unit);
  if (!complete) doubts.push(`${path}:${line} has a specifier that only the running system replaces`);
  const found = matching(files, pattern).flatMap((file) => {
    const text = readText(files, file);
    if (text.state === "unreadable")
      doubts.push(`${file}, which ${path}:${line} names, cannot be read: ${text.reason}`);
    return text.state === "read"
      ? [{ path: file, text: text.text, assignments: parseEnvironmentFile(text.text, comments) }]
      : [];
  });
  return { pattern, optional, files: found, path, line };
}

function fileVariables(path: string, assignments: readonly EnvironmentAssignment[]): readonly Variable[] {
  return assignments
    .filter(({ name }) => isVariableName(name))
    .map(({ name, value, line }) => ({ name, value, from: "EnvironmentFile=", path, line }));
}

/** Files that match a glob(7) pattern; only the last part of the path can be a pattern. */
function matching(files: Files, pattern: string): readonly string[] {
  if (!/[*?[]/.test(pattern)) return [pattern];
  const directory = parentOf(pattern);
  if (/[*?[]/.test(directory)) return [];
  const listing = listDirectory(files, directory);
  if (listing.state !== "read") return [];
  const name = new RegExp(
    `^${baseName(pattern)
      .replace(/[.+^${}()|\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")
      .replaceAll("[!", "[^")}$`,
  );
  return listing.names
    .filter((one) => name.test(one) && !one.startsWith("."))
    .map((one) => joinPath(directory, one));
}
