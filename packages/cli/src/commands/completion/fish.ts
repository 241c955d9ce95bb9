import type { CommandDefinition, Completes, OptionDefinition } from "../definition.ts";
import { completesOf, HELP, optionsOf, VERSION } from "./words.ts";

export function fishScript(commands: readonly CommandDefinition[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const none = `not __fish_seen_subcommand_from ${names} help`;
  const lines = [
    "# fish completion for imagecred; put it into ~/.config/fish/completions/imagecred.fish",
    "complete -c imagecred -f",
    ...[HELP, VERSION].map((option) => optionLine(none, option)),
    ...commands.map(
      ({ name, summary }) => `complete -c imagecred -n ${quoted(none)} -a ${name} -d ${quoted(summary)}`,
    ),
    `complete -c imagecred -n ${quoted(none)} -a help -d ${quoted("show a command's help")}`,
    `complete -c imagecred -n ${quoted("__fish_seen_subcommand_from help")} -a ${quoted(names)}`,
    ...commands.flatMap(commandLines),
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(command: CommandDefinition): readonly string[] {
  const within = `__fish_seen_subcommand_from ${command.name}`;
  const argument = command.argument === undefined ? undefined : completesOf(command.argument);
  return [
    ...optionsOf(command).map((option) => optionLine(within, option)),
    ...(argument === undefined ? [] : [`complete -c imagecred -n ${quoted(within)} ${values(argument)}`]),
  ];
}

function optionLine(condition: string, option: OptionDefinition): string {
  const short = option.short === undefined ? "" : ` -s ${option.short}`;
  const value = option.value === undefined ? "" : ` -r ${values(completesOf(option))}`;
  return `complete -c imagecred -n ${quoted(condition)} -l ${option.name}${short}${value} -d ${quoted(option.about)}`.replace(
    / {2,}/g,
    " ",
  );
}

function values(completes: Completes | undefined): string {
  if (completes === undefined) return "-f";
  if (completes === "file") return "-F";
  if (completes === "directory") return "-a '(__fish_complete_directories)'";
  return `-f -a ${quoted(completes.join(" "))}`;
}

/** Unlike other shells, fish reads the escapes \\' and \\\\ within single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
