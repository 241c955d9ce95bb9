import { Argument, Command, CommanderError, type Help, Option } from "commander";
import type { ExitCode } from "./commands/command.ts";
import type { CommandDefinition, OptionDefinition } from "./commands/definition.ts";
import { COMMANDS, type RunnableCommand } from "./commands/index.ts";
import { missingOption, optionKey } from "./commands/options.ts";
import { type Style, stdoutStyle } from "./output/style.ts";
import { padEnd, wrap } from "./output/text.ts";
import type { Platform } from "./runtime/types.ts";
import { versionLine } from "./version.ts";

/**
 * Runs one command line to its exit code: 0 fine, 1 problems were found, 2 the command line is wrong. Only what nobody
 * expected is thrown.
 */
export async function runProgram(platform: Platform): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = buildProgram(platform, (outcome) => {
    code = outcome;
  });
  try {
    await program.parseAsync([...platform.stdio.args], { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

/** The command that a person types: kubectl runs `kubectl-imagecred` for `kubectl imagecred`. */
function typedName({ processInfo }: Platform): string {
  return processInfo.invokedAs === "kubectl-imagecred" ? "kubectl imagecred" : "imagecred";
}

/** A command line of ours, as it has to be typed. */
function asTyped(line: string, name: string): string {
  return name === "imagecred" ? line : line.replace(/(^|[|;] |sudo )imagecred(?= )/g, `$1${name}`);
}

function buildProgram(platform: Platform, done: (code: ExitCode) => void): Command {
  const { stdio, terminal } = platform;
  const style = stdoutStyle(platform);
  const name = typedName(platform);
  const configure = (command: Command): Command =>
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => stdio.writeStdout(text),
        writeErr: (text) => stdio.writeStderr(text),
        outputError: (text, write) => write(`${name}: ${text.replace(/^error: /, "")}`),
        getOutHelpWidth: () => style.width,
        getErrHelpWidth: () => style.width,
        getOutHasColors: () => terminal.columns("stdout") !== undefined && style.bold("x") !== "x",
        getErrHasColors: () => false,
      })
      .configureHelp({
        helpWidth: style.width,
        styleTitle: (text: string) => style.bold(text),
        styleCommandText: (text: string) => style.cyan(text),
        visibleOptions: (of: Command) => of.options.filter((option) => !option.hidden),
        formatItem: (term: string, termWidth: number, description: string) =>
          helpItem(term, termWidth, description, style.width),
      } satisfies Partial<Help>)
      .helpOption("-h, --help", "show this")
      .showHelpAfterError(
        `(${command.name() === name ? name : `${name} ${command.name()}`} --help lists what there is)`,
      );

  const program = configure(new Command(name))
    .usage("<command> [options]")
    .description(
      "The kubelet's image credential providers: write their configuration, check it, try it, install it.",
    )
    .version(versionLine("imagecred", platform.processInfo), "-V, --version", "show the version")
    .helpCommand("help [command]", "show a command's help")
    .addHelpText("after", () => firstSteps(style, name));
  for (const command of COMMANDS) program.addCommand(configure(commandOf(command, platform, done)));
  return program;
}

function commandOf(
  { definition, run }: RunnableCommand,
  platform: Platform,
  done: (code: ExitCode) => void,
): Command {
  const style = stdoutStyle(platform);
  const command = new Command(definition.name)
    .summary(definition.summary)
    .description(definition.description);
  const { argument } = definition;
  if (argument !== undefined) {
    const words = argument.repeated === true ? `${argument.name}...` : argument.name;
    const parsed = new Argument(argument.required ? `<${words}>` : `[${words}]`, argument.about);
    if (argument.choices !== undefined) parsed.choices(argument.choices);
    command.addArgument(parsed);
  }
  for (const option of definition.options) command.addOption(optionOf(option));
  const examples = definition.examples
    .map(
      ({ command: line, about }) =>
        `  ${style.dim(`# ${about}`)}\n  ${style.cyan(asTyped(line, typedName(platform)))}`,
    )
    .join("\n\n");
  command.addHelpText("after", `\n${style.bold("Examples:")}\n${examples}\n`);
  return command.action(async (...args: unknown[]) => {
    const options = args[argument === undefined ? 0 : 1] as Record<string, unknown>;
    // Not the parser's business: it would say so of a misspelt option before it says that the option is unknown.
    const missing = missingOption(definition, options);
    if (missing !== undefined) {
      command.error(`error: --${missing.name} <${missing.value}> is missing: ${missing.about}`);
    }
    const given = argument === undefined ? {} : { [argument.name]: args[0] };
    done(await run({ ...withoutDefaultsOfNegations(options, definition), ...given }, platform));
  });
}

function optionOf(definition: OptionDefinition): Option {
  const short = definition.short === undefined ? "" : `-${definition.short}, `;
  const value = definition.value === undefined ? "" : ` <${definition.value}>`;
  const option = new Option(`${short}--${definition.name}${value}`, definition.about);
  if (definition.choices !== undefined) option.choices(definition.choices);
  if (definition.default !== undefined) option.default(definition.default);
  if (definition.repeated === true) {
    option.argParser((word: string, before: string[] | undefined) => [...(before ?? []), word]);
  }
  return option;
}

/** commander sets `NAME: true` where `--no-NAME` was not given; our options have no property then. */
function withoutDefaultsOfNegations(
  options: Readonly<Record<string, unknown>>,
  { options: definitions }: CommandDefinition,
): Readonly<Record<string, unknown>> {
  const negated = definitions.filter(({ name }) => name.startsWith("no-")).map(({ name }) => optionKey(name));
  return Object.fromEntries(
    Object.entries(options).filter(([key, value]) => value !== true || !negated.includes(key)),
  );
}

/** Narrower than this, a description goes below its term: a word a line is no easier to read. */
const NARROWEST_DESCRIPTION = 30;

/** One option, argument or command of a help text: two columns, or where there is no room for them two lines. */
function helpItem(term: string, termWidth: number, description: string, width: number): string {
  const margin = termWidth + 4;
  if (description === "") return `  ${term}`;
  if (width - margin >= NARROWEST_DESCRIPTION)
    return `  ${padEnd(term, termWidth)}  ${wrap(description, width, " ".repeat(margin))}`;
  return `  ${term}\n      ${wrap(description, width, "      ")}`;
}

function firstSteps({ bold, cyan, dim, width }: Style, name: string): string {
  const steps: readonly (readonly [string, string])[] = [
    ["imagecred init --cloud aws --distribution kubeadm", "write a configuration"],
    ["imagecred validate imagecred-kubeadm/credential-provider-config.yaml", "check it"],
    ["sudo imagecred doctor REGISTRY/IMAGE:TAG", "on a node: why does this pull fail?"],
  ];
  const lines = steps.map(([command, about]) => `  ${dim(`# ${about}`)}\n  ${cyan(asTyped(command, name))}`);
  const exits = wrap("Exit codes: 0 fine, 1 found problems or could not do it, 2 wrong command line.", width);
  return `\n${bold("First steps:")}\n${lines.join("\n\n")}\n\n${exits}\n`;
}
