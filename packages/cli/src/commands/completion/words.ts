import type { CommandDefinition, Completes, OptionDefinition } from "../definition.ts";

/** How a shell completes an option's value or an argument. */
export function completesOf(definition: {
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}): Completes | undefined {
  return definition.choices ?? definition.completes;
}

/** `--output` and `-o`. */
export function spellings(option: OptionDefinition): readonly string[] {
  return [`--${option.name}`, ...(option.short === undefined ? [] : [`-${option.short}`])];
}

export const HELP: OptionDefinition = { name: "help", short: "h", about: "show this help" };
export const VERSION: OptionDefinition = { name: "version", short: "V", about: "show the version" };

export function optionsOf(command: CommandDefinition): readonly OptionDefinition[] {
  return [...command.options, HELP];
}

/** A text in single quotes, for bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
