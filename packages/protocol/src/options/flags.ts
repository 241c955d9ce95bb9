import { OptionsError } from "../errors.ts";
import type { Logger } from "../log.ts";

/** One flag that a plugin accepts: how it is parsed, and what `--help` says about it. */
export type FlagSpec = FlagSyntax & (FlagHelp | { readonly ignored: true });

/** How a flag is written. */
export interface FlagSyntax {
  /** `value` needs a value; `switch` may have one (`--x`, `--x=true`, `--x=false`). */
  readonly kind: "value" | "switch";
  /** One-letter form without the dash. */
  readonly short?: string;
  /** Other long names of the same flag. `--help` does not list them. */
  readonly aliases?: readonly string[];
  /** True if the flag may be given several times. Otherwise the last one wins, as with Go's pflag. */
  readonly repeated?: boolean;
}

/** A flag's entry in `--help`. A flag without it must be `ignored`: accepted, without effect, not listed. */
export interface FlagHelp {
  /** The flag's effect, in one or more phrases without a final full stop. */
  readonly help: string;
  /** Name of the value in `--help`, for example `HOST[:PORT]=TARGET`. Default `VALUE`. */
  readonly placeholder?: string;
  /** The default value, as the user would write it. */
  readonly default?: string;
}

/** A plugin's flags by their long names, without dashes. */
export type FlagTable = Readonly<Record<string, FlagSpec>>;

/** A parsed command line. Flags are looked up by their name in the table. */
export interface ParsedFlags {
  /** Last value of a flag, "true" or "false" for a switch; undefined if absent. */
  value(name: string): string | undefined;
  /** Every value of a flag, in order. */
  values(name: string): readonly string[];
  /** The table's names of the flags that were given. */
  readonly given: readonly string[];
  readonly positionals: readonly string[];
  /** Unknown flags, as written, when `unknownFlags` is "collect". */
  readonly unknown: readonly string[];
  /** Names of the `ignored` flags that were given. */
  readonly ignored: readonly string[];
}

/**
 * Parses a command line like Go's pflag, which the Go plugins use: `--name value`, `--name=value`, `-n value`, `-nvalue`,
 * `-n=value`; `--` ends the flags; flags and positionals may mix. A single dash before a long name (`-name`, Go's flag
 * package) is accepted too.
 * @param table the flags, or a function that is called only if the command line has flags: most have none, and building
 *   the table takes a measurable part of a run
 * @param unknownFlags `refuse` throws; `collect` returns them in `unknown`
 * @throws {OptionsError} for a missing value, a bad switch value, or (unless collected) an unknown flag
 */
export function parseFlags(
  args: readonly string[],
  table: Readonly<Record<string, FlagSyntax>> | (() => Readonly<Record<string, FlagSyntax>>),
  unknownFlags: "refuse" | "collect" = "refuse",
): ParsedFlags {
  let specs: Readonly<Record<string, FlagSyntax>> = {};
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
    specs = typeof table === "function" ? table() : table;
    const flag = recognize(word, specs);
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
    given: [...found.keys()],
    positionals,
    unknown,
    ignored: [...found.keys()].filter((name) => "ignored" in (specs[name] ?? {})),
  };
}

interface Recognized {
  readonly name: string;
  readonly spec: FlagSyntax;
  readonly inline: string | undefined;
}

function recognize(word: string, specs: Readonly<Record<string, FlagSyntax>>): Recognized | undefined {
  const body = word.replace(/^--?/, "");
  const equals = body.indexOf("=");
  const name = equals < 0 ? body : body.slice(0, equals);
  const inline = equals < 0 ? undefined : body.slice(equals + 1);
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec !== undefined) return { name, spec, inline };
  for (const [long, candidate] of Object.entries(specs)) {
    if (candidate.aliases?.includes(name)) return { name: long, spec: candidate, inline };
  }
  if (word.startsWith("--")) return undefined;
  for (const [long, candidate] of Object.entries(specs)) {
    if (candidate.short === undefined || candidate.short !== body[0]) continue;
    const attached = body.slice(1).replace(/^=/, "");
    return { name: long, spec: candidate, inline: body.length > 1 ? attached : undefined };
  }
  return undefined;
}

const KLOG_VALUES = [
  "vmodule",
  "log-backtrace-at",
  "log-dir",
  "log-file",
  "log-file-max-size",
  "log-flush-frequency",
  "log-json-info-buffer-size",
  "log-json-split-stream",
  "log-text-info-buffer-size",
  "log-text-split-stream",
  "logging-format",
  "stderrthreshold",
];

const KLOG_SWITCHES = [
  "add-dir-header",
  "alsologtostderr",
  "logtostderr",
  "one-output",
  "skip-headers",
  "skip-log-headers",
];

/**
 * The logging flags of k8s.io/klog/v2 (InitFlags) and k8s.io/component-base/logs (AddFlags), as ignored flags: the Go
 * plugins accept them and existing configurations contain them. Their kinds are known, so that the `4` of `-v 4` does not
 * become a positional argument. klog's own names have underscores, component-base's have dashes; both are in use.
 */
export function klogFlags(): Readonly<Record<string, FlagSpec>> {
  const specs: Record<string, FlagSpec> = { v: { kind: "value", short: "v", ignored: true } };
  for (const [kind, names] of [
    ["value", KLOG_VALUES],
    ["switch", KLOG_SWITCHES],
  ] as const) {
    for (const name of names) specs[name] = { kind, aliases: [name.replaceAll("-", "_")], ignored: true };
  }
  return specs;
}

/** Logs a warning for each ignored flag that was given, since it has no effect. */
export function warnAboutIgnoredFlags({ ignored }: Pick<ParsedFlags, "ignored">, log: Logger): void {
  for (const name of ignored) {
    log.warn(`--${name} is a klog flag and has no effect; IMAGECRED_LOG=debug shows more`);
  }
}
