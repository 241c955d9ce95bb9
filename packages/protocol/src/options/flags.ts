import { OptionsError } from "../errors.ts";

/** One flag that a plugin takes. */
export interface FlagSpec {
  /** Takes a value, or is a switch (`--x`, `--x=true`, `--x=false`). */
  readonly kind: "value" | "switch";
  /** One-letter form without the dash. */
  readonly short?: string;
  /** May be given several times. Otherwise the last one wins, as with Go's pflag. */
  readonly repeated?: boolean;
}

export interface ParsedFlags {
  /** Last value of a flag; switches give "true" or "false"; undefined when absent. */
  value(name: string): string | undefined;
  /** Every value of a flag, in order. */
  values(name: string): readonly string[];
  readonly positionals: readonly string[];
  /** Flags that are not known, as written, when `unknown` is "collect". */
  readonly unknown: readonly string[];
}

/**
 * Parses a command line as Go's pflag does, since the plugins replaced take theirs that way: `--name value`,
 * `--name=value`, `-n value`, `-nvalue`, `-n=value`, `--` ends flags, flags and positionals may mix. A single dash before
 * a long name (`-name`, Go's flag package) is accepted too.
 * @throws {OptionsError} for a missing value, a bad switch value, or (unless collected) an unknown flag
 */
export function parseFlags(
  args: readonly string[],
  specs: Readonly<Record<string, FlagSpec>>,
  unknownFlags: "refuse" | "collect" = "refuse",
): ParsedFlags {
  const found = new Map<string, string[]>();
  const positionals: string[] = [];
  const unknown: string[] = [];
  const queue = [...args];
  while (queue.length > 0) {
    const word = queue.shift() as string;
    if (word === "--") {
      positionals.push(...queue);
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      positionals.push(word);
      continue;
    }
    const flag = recognise(word, specs);
    if (flag === undefined) {
      if (unknownFlags === "refuse")
        throw new OptionsError(`unknown flag ${word.split("=")[0]}; --help lists the flags`);
      unknown.push(word);
      continue;
    }
    const value = flag.inline ?? (flag.spec.kind === "switch" ? "true" : queue.shift());
    if (value === undefined) throw new OptionsError(`--${flag.name} needs a value`);
    if (flag.spec.kind === "switch" && value !== "true" && value !== "false") {
      throw new OptionsError(`--${flag.name} is ${JSON.stringify(value)}, expected true or false`);
    }
    found.set(flag.name, [...(found.get(flag.name) ?? []), value]);
  }
  return {
    value: (name) => found.get(name)?.at(-1),
    values: (name) => found.get(name) ?? [],
    positionals,
    unknown,
  };
}

interface Recognised {
  readonly name: string;
  readonly spec: FlagSpec;
  readonly inline: string | undefined;
}

function recognise(word: string, specs: Readonly<Record<string, FlagSpec>>): Recognised | undefined {
  const body = word.replace(/^--?/, "");
  const equals = body.indexOf("=");
  const name = equals < 0 ? body : body.slice(0, equals);
  const inline = equals < 0 ? undefined : body.slice(equals + 1);
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec !== undefined) return { name, spec, inline };
  if (word.startsWith("--")) return undefined;
  for (const [long, candidate] of Object.entries(specs)) {
    if (candidate.short === undefined || candidate.short !== body[0]) continue;
    const attached = body.slice(1).replace(/^=/, "");
    return { name: long, spec: candidate, inline: body.length > 1 ? attached : undefined };
  }
  return undefined;
}
