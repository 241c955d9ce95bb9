import { redact } from "@imagecred/protocol";
import { CommandError, describeError, UsageError } from "../errors.ts";
import { type Style, stdoutStyle } from "../output/style.ts";
import { printable } from "../output/text.ts";
import type { Platform } from "../runtime/types.ts";

/** 0 fine, 1 found problems or could not do it, 2 the command line is wrong. */
export type ExitCode = 0 | 1 | 2;

/** Version of every JSON document, as in Kubernetes: a field that changes its meaning changes this. */
export const DOCUMENT_API_VERSION = "imagecred.dev/v1alpha1";

/** What every command is: it makes a document, and every kind of output is made from that document. */
export interface Command<Options, Document extends { readonly kind: string }> {
  /**
   * @param live for a person who watches: only with {@link Command.renderEnd} and human output
   * @throws {UsageError} @throws {CommandError}
   */
  run(options: Options, platform: Platform, live?: Live): Document | Promise<Document>;
  /** For a person; ends with a line end. */
  render(document: Document, style: Style): string;
  /** What is left to print when `run` has written its parts to `live` already. */
  renderEnd?(document: Document, style: Style): string;
  /** Further values of `--output`, apart from human and json; each ends with a line end. */
  readonly formats?: Readonly<Record<string, (document: Document) => string>>;
  exitCode(document: Document, options: Options): 0 | 1;
  /** Whether secrets were asked for. Otherwise every known one is blanked in what is printed, as a second line of defense. */
  reveals?(options: Options): boolean;
}

/** Where a command that takes long writes each part of its human output as soon as it is known. */
export interface Live {
  readonly style: Style;
  /** Ends with a line end. */
  write(text: string): void;
}

/** What every command has. */
export interface CommonOptions {
  readonly output: string;
  readonly color: "auto" | "always" | "never";
}

/** Runs a command and prints its document. */
export async function execute<Options, Document extends { readonly kind: string }>(
  command: Command<Options, Document>,
  options: Options & CommonOptions,
  platform: Platform,
): Promise<ExitCode> {
  const { stdio } = platform;
  const clean = command.reveals?.(options) === true ? (text: string) => text : redact;
  const live =
    command.renderEnd === undefined || options.output !== "human"
      ? undefined
      : {
          style: stdoutStyle(platform, options.color),
          write: (text: string) => stdio.writeStdout(clean(text)),
        };
  let document: Document;
  try {
    document = await command.run(options, platform, live);
  } catch (error) {
    if (error instanceof UsageError) {
      stdio.writeStderr(clean(`imagecred: ${printable(error.message)}\n`));
      return 2;
    }
    if (!(error instanceof CommandError)) throw error;
    if (options.output === "json") stdio.writeStdout(clean(json(errorDocument(error))));
    else stdio.writeStderr(clean(`imagecred: ${printable(describeError(error))}\n`));
    return 1;
  }
  const rest =
    live === undefined
      ? printed(command, document, options, platform)
      : (command.renderEnd?.(document, live.style) ?? "");
  stdio.writeStdout(clean(rest));
  return command.exitCode(document, options);
}

function printed<Options, Document extends { readonly kind: string }>(
  command: Command<Options, Document>,
  document: Document,
  { output, color }: CommonOptions,
  platform: Platform,
): string {
  if (output === "json") return json(document);
  const format = command.formats?.[output];
  return format === undefined ? command.render(document, stdoutStyle(platform, color)) : format(document);
}

function errorDocument(error: CommandError): { readonly kind: "Error"; readonly message: string } {
  return { kind: "Error", message: describeError(error) };
}

function json(document: { readonly kind: string }): string {
  return `${JSON.stringify({ apiVersion: DOCUMENT_API_VERSION, ...document }, null, 2)}\n`;
}
