import {
  type ConfigProblem,
  type ConfigReading,
  type RegistrationCheck,
  registrationOf,
} from "@imagecred/kubelet";
import type { Change } from "../../edit/change.ts";
import { identityMapsOf } from "../../lint/identity-maps.ts";
import { LINTS, type LintFinding, runLints } from "../../lint/index.ts";
import type { LintContext } from "../../lint/types.ts";
import { loadConfig, type VersionRules, withoutContent } from "../../machine/load-config.ts";
import { mapPlaces } from "../../machine/map-places.ts";
import type { Places } from "../../machine/places.ts";
import { examineStart } from "../../machine/start-problem.ts";
import type { Platform } from "../../runtime/types.ts";
import { withoutConsequences } from "./consequences.ts";
import type { CheckedConfig, Finding } from "./document.ts";
import type { FixContext } from "./fix.ts";
import { fixFor } from "./fixes.ts";
import { type IgnoreComments, ignoreComments } from "./ignore-comments.ts";
import { changeLocator, type FileEdits } from "./locate-changes.ts";

const LARGEST_SHOWN_FILE = 64 << 20;

/** How a configuration is checked. */
export interface CheckOptions {
  readonly version: VersionRules;
  readonly minor: number;
  /** Where the version is from, in words. */
  readonly versionSource: string;
  /** Codes of lints to leave out. */
  readonly ignored: ReadonlySet<string>;
  /** This machine's architecture, which executables must be for. */
  readonly machine: string | undefined;
  /** Other files on the command line: one of them can be its --identities file. */
  readonly beside: readonly string[];
}

/** A checked configuration, with the edits that fix it. */
export interface Check {
  readonly config: CheckedConfig;
  readonly texts: ReadonlyMap<string, string>;
  /** Unambiguous edits, one group for each finding. */
  readonly safeEdits: readonly FileEdits[];
}

/** Checks one configuration as the kubelet does, then with all lints. @throws {CommandError} for a FIFO or a device */
export function checkConfig(places: Places, options: CheckOptions, platform: Platform): Check {
  const reading = loadConfig(places.config, options.version, platform);
  const { fileSystem } = platform;
  const { kubernetesVersion } = options.version;
  const registration =
    places.binDir === undefined
      ? undefined
      : registrationOf(reading, places.binDir, {
          fileSystem,
          ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
        });
  const configTexts = textsOf(reading, platform);
  const lintContext: LintContext = {
    reading,
    providers: reading.config?.providers ?? [],
    minor: options.minor,
    versionGiven: options.version.kubernetesVersion !== undefined,
    texts: configTexts,
    binDir: places.binDir,
    fileSystem,
    examine: (path) => examineStart(path, fileSystem, options.machine),
    mapPlaces: mapPlaces(places, options.beside, platform),
  };
  const lints = runLints(lintContext, options.ignored);
  const maps = identityMapsOf(lintContext).read;
  const texts = new Map([...configTexts, ...maps.map(({ file, text }) => [file, text] as const)]);
  const context: FixContext = {
    reading,
    minor: options.minor,
    texts,
    isDirectory: isDirectory(places.config, platform),
  };
  const { findings, safeEdits, ignoredCount } = placedFindings(
    reading,
    texts,
    lints,
    [
      ...nodeFindings(places),
      ...withoutConsequences(reading.problems).map((problem) => ofProblem(problem, context)),
    ],
    options.ignored,
  );
  return {
    texts,
    safeEdits,
    config: {
      config: places.config,
      configSource: places.configSource,
      contains: "CredentialProviderConfig",
      kubernetesVersion: `1.${options.minor}`,
      kubernetesVersionSource: options.versionSource,
      binDir: places.binDir ?? null,
      files: reading.files,
      identityMaps: maps.map(({ file }) => file),
      hash: reading.hash ?? null,
      accepted: isHiddenFromUs(reading, registration, platform)
        ? null
        : (registration ?? reading).kubeletError === undefined,
      kubeletError: shownError(reading, registration),
      providers: (reading.config?.providers ?? []).map(({ name }) => name),
      findings,
      ignored: ignoredCount,
    },
  };
}

/** All findings with their positions: the given ones, then those of the lints, without those that comments ignore. */
export function placedFindings(
  reading: ConfigReading,
  texts: ReadonlyMap<string, string>,
  lints: readonly LintFinding[],
  others: readonly FindingParts[],
  ignored: ReadonlySet<string>,
): {
  readonly findings: readonly Finding[];
  readonly safeEdits: readonly FileEdits[];
  /** How many findings comments ignore. */
  readonly ignoredCount: number;
} {
  const locator = changeLocator(reading, texts);
  const lines = new Map([...texts].map(([file, text]) => [file, text.split("\n")]));
  const comments = new Map([...texts].map(([file, text]) => [file, ignoreComments(text)]));
  const kept = lints.filter(({ location, code }) => !isIgnored(comments, location, code));
  const safeEdits: FileEdits[] = [];
  const finding = (parts: FindingParts): Finding => {
    const { changes, suggestion, location, ...rest } = parts;
    const located = changes.length === 0 ? undefined : locator.locate(changes);
    if (located !== undefined && !suggestion) safeEdits.push(located);
    return {
      ...rest,
      edits: located === undefined ? [] : locator.shown(located),
      suggestion: located !== undefined && suggestion,
      ...placeOf(location, lines, rest.code),
    };
  };
  const findings = [
    ...others.map(finding),
    ...kept.map((lint) => finding(ofLint(lint))),
    ...unusedComments(comments, lints, ignored).map(finding),
  ];
  return { findings: findings.sort(byPlace), safeEdits, ignoredCount: lints.length - kept.length };
}

type FindingParts = Omit<Finding, "edits" | "suggestion" | "file" | "line" | "column" | "excerpt"> & {
  readonly changes: readonly Change[];
  readonly suggestion: boolean;
  readonly location: ConfigProblem["location"];
};

/** Problems of the running kubelet that are not in the file. */
function nodeFindings({ problem, unseen }: Places): readonly FindingParts[] {
  const parts = {
    source: "node",
    explanation: null,
    changes: [],
    suggestion: false,
    location: undefined,
  } as const;
  const notSeen = unseen.map(
    (message): FindingParts => ({
      ...parts,
      severity: "note",
      code: "kubelet-not-seen",
      message,
      fix: "run this as root on the node, or give the configuration's path",
    }),
  );
  if (problem === undefined) return notSeen;
  const { reason: message, fix } = problem;
  return [{ ...parts, severity: "error", code: "kubelet-without-flags", message, fix }, ...notSeen];
}

function ofProblem(problem: ConfigProblem, context: FixContext): FindingParts {
  const fix = fixFor(problem, context);
  return {
    severity: "error",
    code: problem.code,
    source: "kubelet",
    message: withoutContent(problem.message),
    explanation: null,
    fix: fix.text,
    changes: fix.changes ?? [],
    suggestion: fix.guess === true,
    location: problem.location,
  };
}

function ofLint({
  severity,
  code,
  message,
  explanation,
  fix,
  changes,
  guess,
  location,
}: LintFinding): FindingParts {
  return { severity, code, source: "lint", message, explanation, fix, changes, suggestion: guess, location };
}

/** The kubelet's last log line; null if its text is not known, as for fields of another kind. */
function shownError(reading: ConfigReading, registration: RegistrationCheck | undefined): string | null {
  const line = (registration ?? reading).kubeletError;
  const guessed = line === reading.readError?.message && reading.readError?.kubeletText === false;
  return line === undefined || guessed ? null : withoutContent(line);
}

/** Whether the kubelet, which runs as root, may accept it although this user cannot read all of it. */
function isHiddenFromUs(
  { problems }: ConfigReading,
  registration: RegistrationCheck | undefined,
  { processInfo }: Platform,
): boolean {
  if (processInfo.userId === 0) return false;
  const failures = [
    ...problems.filter(({ code }) => code === "unreadable").map(({ message }) => message),
    registration?.binDirError ?? "",
    ...(registration?.executables ?? [])
      .filter(({ code }) => code === "inaccessible")
      .map(({ message }) => message),
  ];
  return failures.some((message) => message.endsWith("permission denied"));
}

function isDirectory(path: string, { fileSystem }: Platform): boolean {
  try {
    return fileSystem.status(path)?.kind === "directory";
  } catch {
    // Already reported as a file that cannot be read.
    return false;
  }
}

function textsOf(reading: ConfigReading, { fileSystem }: Platform): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const file of reading.files) {
    try {
      texts.set(
        file,
        new TextDecoder("utf-8", { ignoreBOM: true }).decode(fileSystem.read(file, LARGEST_SHOWN_FILE)),
      );
    } catch {
      // Already reported: the kubelet cannot read it either.
    }
  }
  return texts;
}

type Place = Pick<Finding, "file" | "line" | "column" | "excerpt">;

function placeOf(
  location: ConfigProblem["location"],
  lines: ReadonlyMap<string, readonly string[]>,
  code: string,
): Place {
  if (location === undefined) return { file: null, line: null, column: null, excerpt: null };
  const { file, line, column } = location;
  const text = lines.get(file)?.[line - 1]?.replace(/\r$/, "");
  const secret = code === "secret-in-env" || code === "userinfo";
  return { file, line, column, excerpt: secret || text === undefined ? null : text };
}

function byPlace(a: Finding, b: Finding): number {
  if (a.file !== b.file) return (a.file ?? "") < (b.file ?? "") ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function isIgnored(
  comments: ReadonlyMap<string, IgnoreComments>,
  location: ConfigProblem["location"],
  code: string,
): boolean {
  return location !== undefined && comments.get(location.file)?.ignores(code, location.line) === true;
}

/** Findings for comments that ignore nothing: the code is misspelt, or the finding is gone. */
function unusedComments(
  comments: ReadonlyMap<string, IgnoreComments>,
  lints: readonly LintFinding[],
  ignored: ReadonlySet<string>,
): readonly FindingParts[] {
  const known = new Set(LINTS.map(({ code }) => code));
  const found = new Set(lints.map(({ code, location }) => `${location?.file} ${code}`));
  return [...comments].flatMap(([file, { named }]) =>
    named
      .filter(({ code }) => !ignored.has(code) && !found.has(`${file} ${code}`))
      .map(({ code, line, column }): FindingParts => {
        const isKnown = known.has(code);
        return {
          severity: isKnown ? "note" : "warning",
          code: "unused-ignore",
          source: "lint",
          message: isKnown
            ? `there is no ${code} finding to ignore`
            : `there is no lint with the code ${JSON.stringify(code)}`,
          explanation:
            "A comment that ignores nothing is out of date, or has no effect because its code is wrong.",
          fix: isKnown ? "remove the comment" : "correct the code; the list is in docs/imagecred.md#lints",
          changes: [],
          suggestion: false,
          location: { file, line, column },
        };
      }),
  );
}
