import type { CommandDefinition, Completes } from "../definition.ts";
import { completesOf, HELP, optionsOf, spellings, VERSION } from "./words.ts";

/** The script for bash 3.2 and newer; works without the bash-completion package. */
export function bashScript(commands: readonly CommandDefinition[]): string {
  return `# bash completion for imagecred; source it, or put it into /etc/bash_completion.d
_imagecred() {
  local current previous command='' word
  COMPREPLY=()
  current="\${COMP_WORDS[COMP_CWORD]}"
  previous="\${COMP_WORDS[COMP_CWORD-1]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      ${commands.map(({ name }) => name).join("|")}) command="$word"; break ;;
    esac
  done
  case "$command" in
    '')
      COMPREPLY=($(compgen -W "${[...commands.map(({ name }) => name), "help", ...spellings(HELP), ...spellings(VERSION)].join(" ")}" -- "$current")) ;;
${commands.map(commandCase).join("\n")}
  esac
}
complete -o bashdefault -F _imagecred imagecred
`;
}

function commandCase(command: CommandDefinition): string {
  const values = optionsOf(command)
    .filter((option) => option.value !== undefined)
    .map((option) => `        ${spellings(option).join("|")}) ${reply(completesOf(option))} ; return ;;`);
  const words = optionsOf(command).flatMap(spellings).join(" ");
  return `    ${command.name})
      case "$previous" in
${values.join("\n")}
      esac
      case "$current" in
        -*) COMPREPLY=($(compgen -W "${words}" -- "$current")) ;;
        *) ${reply(command.argument === undefined ? undefined : completesOf(command.argument))} ;;
      esac ;;`;
}

function reply(completes: Completes | undefined): string {
  if (completes === undefined) return "COMPREPLY=()";
  if (completes === "file")
    return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current"))';
  if (completes === "directory")
    return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$current"))';
  return `COMPREPLY=($(compgen -W "${completes.join(" ")}" -- "$current"))`;
}
