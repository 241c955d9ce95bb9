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
 * Runs one command line and returns its exit code: 0 success, 1 problems found or the command failed, 2 invalid command
 * line. Throws only for defects of ours.
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

/** The command that the user types: kubectl runs `kubectl-imagecred` for `kubectl imagecred`. */
function typedName({ processInfo }: Platform): string {
  return processInfo.invokedAs === "kubectl-imagecred" ? "kubectl imagecred" : "imagecred";
}

/** An example command line, with the name that the user typed instead of `imagecred`. */
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
      .helpOption("-h, --help", "show this help")
      .showHelpAfterError(
        command.name() === name
          ? `Run "${name} --help" for the list of commands.`
          : `Run "${name} ${command.name()} --help" for its options.`,
      );

  const program = configure(new Command(name))
    .usage("<command> [options]")
    .description(
      "Writes, checks, tests and installs the configuration of the kubelet's image credential providers.",
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
    // Not checked by commander: it would report a missing option before it reports a misspelt one as unknown.
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

/** commander sets `NAME: true` when `--no-NAME` is not given; our options leave the property out. */
function withoutDefaultsOfNegations(
  options: Readonly<Record<string, unknown>>,
  { options: definitions }: CommandDefinition,
): Readonly<Record<string, unknown>> {
  const negated = definitions.filter(({ name }) => name.startsWith("no-")).map(({ name }) => optionKey(name));
  return Object.fromEntries(
    Object.entries(options).filter(([key, value]) => value !== true || !negated.includes(key)),
  );
}

/** In fewer columns than this a description goes below its term. */
const NARROWEST_DESCRIPTION = 30;

/** One option, argument or command of a help text: two columns, or two lines on a narrow terminal. */
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
    ["sudo imagecred doctor REGISTRY/IMAGE:TAG", "on a node: find out why a pull fails"],
  ];
  const lines = steps.map(([command, about]) => `  ${dim(`# ${about}`)}\n  ${cyan(asTyped(command, name))}`);
  const exits = wrap(
    "Exit codes: 0 success, 1 problems found or the command failed, 2 invalid command line.",
    width,
  );
  return `\n${bold("First steps:")}\n${lines.join("\n\n")}\n\n${exits}\n`;
}
