import type { CommandDefinition, Completes, OptionDefinition } from "../definition.ts";
import { completesOf, HELP, optionsOf, quoted, spellings, VERSION } from "./words.ts";

/** The script for zsh with compinit; works from fpath and when sourced. */
export function zshScript(commands: readonly CommandDefinition[]): string {
  const names = commands.map(
    ({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(":", "\\:")}`)}`,
  );
  return `#compdef imagecred
# zsh completion for imagecred; put it as _imagecred into a directory of $fpath
_imagecred() {
  local -a commands
  commands=(
${names.join("\n")}
    'help:show a command'\\''s help'
  )
  local context state line
  typeset -A opt_args
  _arguments -C ${[HELP, VERSION].flatMap(specs).join(" ")} '1: :->command' '*:: :->arguments' && return 0
  case $state in
    command) _describe -t commands command commands ;;
    arguments)
      case $words[1] in
${commands.map(commandCase).join("\n")}
        help) (( CURRENT == 2 )) && _describe -t commands command commands ;;
      esac ;;
  esac
}
if [ "$funcstack[1]" = _imagecred ]; then _imagecred "$@"; else compdef _imagecred imagecred; fi
`;
}

function commandCase(command: CommandDefinition): string {
  const { argument } = command;
  const positional =
    argument === undefined ? [] : [`${quoted(`1:${argument.name}:${action(completesOf(argument))}`)}`];
  const all = [...optionsOf(command).flatMap(specs), ...positional];
  return `        ${command.name}) _arguments ${all.join(" \\\n          ")} ;;`;
}

function specs(option: OptionDefinition): readonly string[] {
  const about = option.about.replace(/[[\]:\\]/g, (character) => `\\${character}`);
  const value = option.value === undefined ? "" : `:${option.value}:${action(completesOf(option))}`;
  const names = spellings(option);
  const exclusive = option.repeated === true ? "*" : `(${names.join(" ")})`;
  return names.map((name) => quoted(`${exclusive}${name}[${about}]${value}`));
}

function action(completes: Completes | undefined): string {
  if (completes === undefined) return " ";
  if (completes === "file") return "_files";
  if (completes === "directory") return "_files -/";
  return `(${completes.join(" ")})`;
}
