import type { ArgumentDefinition, CommandDefinition, OptionDefinition } from "./definition.ts";

type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

type KeyOf<Option extends OptionDefinition> = Option["name"] extends `no-${infer Rest}`
  ? CamelCase<Rest>
  : CamelCase<Option["name"]>;

type WordOf<Of> = Of extends { readonly choices: readonly (infer Choice extends string)[] } ? Choice : string;

type ValueOf<Option extends OptionDefinition> = Option extends { readonly value: string }
  ? Option extends { readonly repeated: true }
    ? readonly WordOf<Option>[]
    : WordOf<Option>
  : Option["name"] extends `no-${string}`
    ? false
    : boolean;

type IsAlwaysThere<Of> = Of extends { readonly required: true } | { readonly default: string } ? true : false;

type ArgumentOf<Definition extends CommandDefinition> = Definition extends {
  readonly argument: infer Argument extends ArgumentDefinition;
}
  ? Argument extends { readonly repeated: true }
    ? { readonly [Key in Argument["name"]]: readonly string[] }
    : Argument["required"] extends true
      ? { readonly [Key in Argument["name"]]: WordOf<Argument> }
      : { readonly [Key in Argument["name"]]?: WordOf<Argument> }
  : unknown;

/**
 * The options of a command: one property per option and for the argument, named in camel case, typed by the definition.
 * `--no-NAME` sets `NAME` to false.
 */
export type OptionsOf<Definition extends CommandDefinition> = {
  readonly [Option in Definition["options"][number] as IsAlwaysThere<Option> extends true
    ? KeyOf<Option>
    : never]: ValueOf<Option>;
} & {
  readonly [Option in Definition["options"][number] as IsAlwaysThere<Option> extends true
    ? never
    : KeyOf<Option>]?: ValueOf<Option>;
} & ArgumentOf<Definition>;

/** The property of an option: `kubernetesVersion` of `kubernetes-version`, `checksums` of `no-checksums`. */
export function optionKey(name: string): string {
  return name.replace(/^no-/, "").replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The first required option that was not given. */
export function missingOption(
  definition: CommandDefinition,
  given: Readonly<Record<string, unknown>>,
): OptionDefinition | undefined {
  return definition.options.find(
    (option) => option.required === true && given[optionKey(option.name)] === undefined,
  );
}

/** Whether parsed options have the values that the definition promises; narrows them to the definition's type. */
export function hasOptions<Definition extends CommandDefinition>(
  definition: Definition,
  given: unknown,
): given is OptionsOf<Definition> {
  if (typeof given !== "object" || given === null) return false;
  const values = new Map<string, unknown>(Object.entries(given));
  const { argument } = definition;
  return (
    definition.options.every((option) => optionFits(option, definition, values)) &&
    (argument === undefined || argumentFits(argument, values.get(argument.name)))
  );
}

function optionFits(
  option: OptionDefinition,
  { options }: CommandDefinition,
  values: ReadonlyMap<string, unknown>,
): boolean {
  const key = optionKey(option.name);
  const value = values.get(key);
  if (value === undefined) return option.required !== true && option.default === undefined;
  // `--checksums FILE` and `--no-checksums` share a property.
  return options.some((other) => optionKey(other.name) === key && valueFits(other, value));
}

function valueFits(option: OptionDefinition, value: unknown): boolean {
  if (option.name.startsWith("no-")) return value === false;
  if (option.value === undefined) return typeof value === "boolean";
  return option.repeated === true
    ? Array.isArray(value) && value.every((one) => wordFits(option, one))
    : wordFits(option, value);
}

function argumentFits(argument: ArgumentDefinition, value: unknown): boolean {
  if (argument.repeated === true)
    return Array.isArray(value) && value.every((one) => wordFits(argument, one));
  return value === undefined ? !argument.required : wordFits(argument, value);
}

function wordFits({ choices }: { readonly choices?: readonly string[] }, value: unknown): boolean {
  return typeof value === "string" && (choices === undefined || choices.includes(value));
}
