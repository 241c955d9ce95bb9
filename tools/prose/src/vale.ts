import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type GoProgram, GoPrograms, notInstalled, ToolError } from "@imagecred/workspace";

/** Our configuration and rules for Vale; `vale.ini` says which files have which rules. */
export const CONFIGURATION = join(import.meta.dirname, "../vale.ini");

/** Rules of the style: one file each. */
export const STYLE = join(import.meta.dirname, "../styles/Imagecred");

const go = new GoPrograms(join(import.meta.dirname, "../go"));

/** The prose linter. Its parsers of programming languages are C. */
const VALE: GoProgram = {
  name: "vale",
  module: "vale",
  package: "github.com/vale-cli/vale/v3/cmd/vale",
  cgo: true,
};

/** A finding of a rule. */
export interface Finding {
  /** As it was given to {@link findings}. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Without the name of the style. */
  readonly rule: string;
  readonly severity: "error" | "warning" | "suggestion";
  /** The words that the rule found. */
  readonly match: string;
  readonly message: string;
}

interface Options {
  /** Default {@link CONFIGURATION}. */
  readonly configuration?: string;
  /** Directory that relative paths start from. */
  readonly cwd: string;
}

/** The reason why Vale cannot be built on this machine, or undefined. */
export function whyNoVale(): string | undefined {
  return notInstalled("go", "cc");
}

/**
 * What Vale finds in the files, sorted by file and line. Builds Vale unless it is cached.
 * @throws {ToolError} with the output of the compiler or of Vale
 */
export async function findings(files: readonly string[], options: Options): Promise<Finding[]> {
  const vale = await go.build(VALE);
  // Vale reads files that are named on its command line one after another.
  const processes = Math.min(availableParallelism(), files.length);
  const shares = Array.from({ length: processes }, (_, index) =>
    files.filter((_, position) => position % processes === index),
  );
  const found = (await Promise.all(shares.map((share) => runVale(vale, share, options)))).flat();
  return found.toSorted((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column);
}

async function runVale(
  vale: string,
  files: readonly string[],
  { configuration = CONFIGURATION, cwd }: Options,
): Promise<Finding[]> {
  const args = ["--no-global", `--config=${configuration}`, "--output=JSON", "--no-exit", ...files];
  try {
    const { stdout } = await promisify(execFile)(vale, args, { cwd, maxBuffer: 1 << 28 });
    return read(stdout);
  } catch (error) {
    throw new ToolError(`vale failed\n${error instanceof Error ? error.message.slice(-2000) : error}`);
  }
}

function read(json: string): Finding[] {
  const files = JSON.parse(json) as Record<
    string,
    {
      Line: number;
      Span: [number, number];
      Check: string;
      Severity: string;
      Match: string;
      Message: string;
    }[]
  >;
  return Object.entries(files).flatMap(([file, alerts]) =>
    alerts.map(({ Line, Span, Check, Severity, Match, Message }) => ({
      file,
      line: Line,
      column: Span[0],
      rule: Check.slice(Check.indexOf(".") + 1),
      severity: Severity as Finding["severity"],
      match: Match,
      message: Message,
    })),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
