import { redact } from "@imagecred/protocol";
import { CommandError, describeError, UsageError } from "../errors.ts";
import { type Style, stdoutStyle } from "../output/style.ts";
import { printable } from "../output/text.ts";
import type { Platform } from "../runtime/types.ts";

/** 0 success, 1 problems found or the command failed, 2 invalid command line. */
export type ExitCode = 0 | 1 | 2;

/** Version of every JSON document, as in Kubernetes: it changes when a field changes its meaning. */
export const DOCUMENT_API_VERSION = "imagecred.dev/v1alpha1";

/** A command: it returns a document, and every output format is rendered from that document. */
export interface Command<Options, Document extends { readonly kind: string }> {
  /**
   * @param live prints parts of the output early; given only with {@link Command.renderEnd} and human output
   * @throws {UsageError} @throws {CommandError}
   */
  run(options: Options, platform: Platform, live?: Live): Document | Promise<Document>;
  /** Human-readable output; ends with a line end. */
  render(document: Document, style: Style): string;
  /** The rest of the output after `run` has written its parts to `live`. */
  renderEnd?(document: Document, style: Style): string;
  /** More values of `--output` besides human and json; each output ends with a line end. */
  readonly formats?: Readonly<Record<string, (document: Document) => string>>;
  exitCode(document: Document, options: Options): 0 | 1;
  /** Whether the user asked for secrets. If not, every known secret is redacted in the output, as a second line of defense. */
  reveals?(options: Options): boolean;
}

/** Lets a slow command print each part of its human-readable output as soon as it is known. */
export interface Live {
  readonly style: Style;
  /** Ends with a line end. */
  write(text: string): void;
}

/** The options that every command has. */
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
