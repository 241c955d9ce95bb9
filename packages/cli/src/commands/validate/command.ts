import type { ConfigProblem, ConfigReading } from "@imagecred/kubelet";
import { UsageError } from "../../errors.ts";
import { LINTS, runLints } from "../../lint/index.ts";
import { loadConfig, minorVersion, withoutContent } from "../../machine/load-config.ts";
import { findPlaces, type Places } from "../../machine/places.ts";
import { judgedAs, kubeletOfMachine } from "../../machine/running-kubelet.ts";
import type { Platform } from "../../runtime/types.ts";
import type { Command } from "../command.ts";
import type { ValidateOptions } from "./definition.ts";
import type { Finding, ValidateDocument } from "./document.ts";
import { fixFor } from "./fixes.ts";
import { renderValidate } from "./render.ts";

const LARGEST_SHOWN_FILE = 4 << 20;

export const validate: Command<ValidateOptions, ValidateDocument> = {
  async run(options, platform) {
    const ignored = new Set(options.ignore ?? []);
    checkCodes(ignored);
    const places = findPlaces(options, platform, kubeletOfMachine(platform));
    // A file that is named is judged by itself, not as the one that happens to run here.
    const own = options.config === undefined ? places.kubelet : undefined;
    const judged = await judgedAs(options, own, platform);
    const minor = minorVersion(judged.kubernetesVersion);
    const reading = loadConfig(places.config, judged, platform);
    const texts = textsOf(reading, platform);
    const lints = runLints(
      {
        reading,
        providers: reading.config?.providers ?? [],
        minor,
        versionGiven: judged.kubernetesVersion !== undefined,
        texts,
        binDir: places.binDir,
        fileSystem: platform.fileSystem,
      },
      ignored,
    );
    const lines = new Map([...texts].map(([file, text]) => [file, text.split("\n")]));
    const findings = [
      ...nodeFindings(places),
      ...reading.problems.map((problem) => kubeletFinding(problem, lines)),
      ...lints.map((lint): Finding => {
        const { severity, code, message, explanation, fix, location } = lint;
        return {
          severity,
          code,
          source: "lint",
          message,
          explanation,
          fix,
          ...placeOf(location, lines, code),
        };
      }),
    ];
    return {
      kind: "Validation",
      config: places.config,
      configSource: places.configSource,
      kubernetesVersion: `1.${minor}`,
      binDir: places.binDir ?? null,
      files: reading.files,
      hash: reading.hash ?? null,
      accepted: reading.accepted && !lints.some(({ severity }) => severity === "error"),
      kubeletError: reading.kubeletError === undefined ? null : withoutContent(reading.kubeletError),
      providers: (reading.config?.providers ?? []).map(({ name }) => name),
      findings: findings.sort(byPlace),
    };
  },
  render: renderValidate,
  exitCode: ({ findings }) => (findings.some(({ severity }) => severity !== "note") ? 1 : 0),
};

/** What the running kubelet makes of the file, which is none of the file's own faults. */
function nodeFindings({ problem, unseen }: Places): readonly Finding[] {
  const nowhere = {
    explanation: null,
    file: null,
    line: null,
    column: null,
    excerpt: null,
    source: "node",
  } as const;
  return [
    ...(problem === undefined
      ? []
      : [
          {
            ...nowhere,
            severity: "error",
            code: "kubelet-without-flags",
            message: problem.reason,
            fix: problem.fix,
          } as const,
        ]),
    ...unseen.map(
      (message) =>
        ({
          ...nowhere,
          severity: "note",
          code: "kubelet-not-seen",
          message,
          fix: "run this as root on the node, or name the configuration",
        }) as const,
    ),
  ];
}

function checkCodes(codes: ReadonlySet<string>): void {
  const known = LINTS.map(({ code }) => code);
  for (const code of codes) {
    if (!known.includes(code))
      throw new UsageError(`--ignore ${code}: not known; one of ${known.join(", ")}`);
  }
}

function textsOf(reading: ConfigReading, { fileSystem }: Platform): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const file of reading.files) {
    try {
      texts.set(file, new TextDecoder().decode(fileSystem.read(file, LARGEST_SHOWN_FILE)));
    } catch {
      // Said already: the kubelet cannot read it either.
    }
  }
  return texts;
}

/** The lines of each file. */
type Lines = ReadonlyMap<string, readonly string[]>;

function kubeletFinding(problem: ConfigProblem, lines: Lines): Finding {
  return {
    severity: "error",
    code: problem.code,
    source: "kubelet",
    message: withoutContent(problem.message),
    explanation: null,
    fix: fixFor(problem),
    ...placeOf(problem.location, lines, problem.code),
  };
}

type Place = Pick<Finding, "file" | "line" | "column" | "excerpt">;

function placeOf(location: ConfigProblem["location"], lines: Lines, code: string): Place {
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
