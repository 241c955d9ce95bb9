import type { FlagTable } from "./flags.ts";

/** The contents of a plugin's `--help`. The layout is the same for all plugins; the flags come from the parser's table. */
export interface Usage {
  /** The program's purpose, in one sentence. */
  readonly title: string;
  /** Positional arguments as the usage line shows them, for example `[AZURE_JSON]`. */
  readonly arguments?: string;
  /** Description of the positional arguments, in sentences. */
  readonly argumentsHelp?: string;
  /** The table that the plugin parses its command line with. */
  readonly flags: FlagTable;
  /** Environment variables that the plugin itself reads, with their meaning. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The variables that the protocol package reads for every plugin. */
const SHARED_ENVIRONMENT: Readonly<Record<string, string>> = {
  IMAGECRED_TIMEOUT: "time limit for the whole run, such as 20s (the default)",
  IMAGECRED_LOG: "debug, info, warn (the default), error or off; json for JSON lines; or both: json,debug",
  "HTTPS_PROXY, NO_PROXY": "proxy for cloud APIs, and the hosts that are called without it",
  "SSL_CERT_FILE, SSL_CERT_DIR": "certificate authorities to trust, instead of the system's",
};

/** Width of the text, and the column where descriptions start. */
const WIDTH = 80;
const INDENT = 30;

/** The text of `--help`: title, usage line, arguments, flags, environment, in lines of at most 80 columns. */
export function usageText(name: string, usage: Usage): string {
  const { title, flags, environment } = usage;
  const positionals = usage.arguments === undefined ? "" : ` ${usage.arguments}`;
  const about =
    "Reads a CredentialProviderRequest from stdin and writes a CredentialProviderResponse to stdout.";
  const sections = [
    wrap(title, WIDTH).join("\n"),
    wrap(about, WIDTH).join("\n"),
    `Usage:\n  ${name} [flags]${positionals}`,
    ...(usage.argumentsHelp === undefined ? [] : [wrap(usage.argumentsHelp, WIDTH).join("\n")]),
    `Flags:\n${flagEntries(flags).join("\n")}`,
    ...(Object.values(flags).some((spec) => "ignored" in spec)
      ? ["klog's flags (-v, --logtostderr, ...) are accepted and have no effect."]
      : []),
    `Environment:\n${environmentEntries({ ...environment, ...SHARED_ENVIRONMENT }).join("\n")}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

function flagEntries(flags: FlagTable): string[] {
  const entries = Object.entries(flags).flatMap(([name, spec]) => {
    if ("ignored" in spec) return [];
    const short = spec.short === undefined ? "    " : `-${spec.short}, `;
    const value = spec.kind === "switch" ? "" : ` ${spec.placeholder ?? "VALUE"}`;
    const notes = [
      ...(spec.repeated === true ? ["may be repeated"] : []),
      ...(spec.default === undefined ? [] : [`default ${spec.default}`]),
    ];
    const text = notes.length === 0 ? spec.help : `${spec.help} (${notes.join("; ")})`;
    return [entry(`  ${short}--${name}${value}`, text)];
  });
  return [...entries, entry("  -h, --help", "show this text"), entry("      --version", "show the version")];
}

function environmentEntries(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).map(([name, help]) => entry(`  ${name}`, help));
}

/** Two columns; a label that is too long for the first is on a separate line. */
function entry(label: string, text: string): string {
  const lines = wrap(text, WIDTH - INDENT);
  const indent = " ".repeat(INDENT);
  const [first = "", ...rest] = lines;
  const start =
    label.length + 2 <= INDENT ? [`${label.padEnd(INDENT)}${first}`] : [label, `${indent}${first}`];
  return [...start, ...rest.map((line) => `${indent}${line}`)].join("\n");
}

/** Lines of at most `width` characters, broken at spaces; a longer word is not broken. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
