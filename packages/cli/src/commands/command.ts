import { redact } from "@imagecred/protocol";
import { CommandError, UsageError } from "../errors.ts";
import { type Style, styleFor } from "../output/style.ts";
import { printable } from "../output/text.ts";
import type { Platform } from "../world.ts";

/** 0 fine, 1 found problems or could not do it, 2 the command line is wrong. */
export type ExitCode = 0 | 1 | 2;

/** What every command is: it makes a document, and both kinds of output are made from that document. */
export interface Command<Options, Document> {
  /** @throws {UsageError} @throws {CommandError} */
  run(options: Options, platform: Platform): Document | Promise<Document>;
  /** For a person; ends with a line end. */
  render(document: Document, style: Style): string;
  exitCode(document: Document): 0 | 1;
  /** Whether secrets were asked for. Whatever else is printed has every known one blanked, as a second line of defence. */
  reveals?(options: Options): boolean;
}

export const OUTPUTS = ["human", "json"] as const;
export type Output = (typeof OUTPUTS)[number];

export interface CommonOptions {
  readonly output: Output;
}

/** Runs a command and prints what came of it. */
export async function execute<Options extends CommonOptions, Document>(
  command: Command<Options, Document>,
  options: Options,
  platform: Platform,
): Promise<ExitCode> {
  const { stdio } = platform;
  const clean = command.reveals?.(options) === true ? (text: string) => text : redact;
  let document: Document;
  try {
    document = await command.run(options, platform);
  } catch (error) {
    if (error instanceof UsageError) {
      stdio.writeStderr(clean(`imagecred: ${printable(error.message)}\n`));
      return 2;
    }
    if (!(error instanceof CommandError)) throw error;
    if (options.output === "json") stdio.writeStdout(clean(json({ kind: "Error", message: error.message })));
    else stdio.writeStderr(clean(`imagecred: ${printable(error.message)}\n`));
    return 1;
  }
  if (options.output === "json") stdio.writeStdout(clean(json(document)));
  else stdio.writeStdout(clean(command.render(document, stdoutStyle(platform))));
  return command.exitCode(document);
}

function json(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

export function stdoutStyle(platform: Platform): Style {
  return styleFor(platform.terminal.columns("stdout"), platform.stdio.env);
}

export function stderrStyle(platform: Platform): Style {
  return styleFor(platform.terminal.columns("stderr"), platform.stdio.env);
}
