/** The macros of a manual page's sections (groff_man(7)). */
export interface Manual {
  readonly name: string;
  /** 1: programs for people, 8: what the system runs. */
  readonly section: 1 | 8;
  /** Behind the name, in one line. */
  readonly summary: string;
  readonly version: string;
  /** SOURCE_DATE_EPOCH, in seconds. */
  readonly date: number;
  /** Heading, then lines of roff. */
  readonly sections: readonly (readonly [heading: string, lines: readonly string[]])[];
}

/** The text of a manual page. */
export function manualPage({ name, section, summary, version, date, sections }: Manual): string {
  const day = new Date(date * 1000).toISOString().slice(0, 10);
  return [
    `.TH ${name.toUpperCase()} ${section} ${day} "imagecred ${version}"`,
    // Lines that end where they end: names of flags are long, and no space can make up for them.
    ".ad l",
    ".SH NAME",
    `${escaped(name)} \\- ${escaped(summary)}`,
    ...sections.flatMap(([heading, lines]) => [`.SH ${heading}`, ...lines]),
    "",
  ].join("\n");
}

/** Words that may not fit into a line, in characters. */
const LONG_WORD = /\S{40,}/g;

/**
 * Text in which nothing is a request or an escape: a dot or a quote at the start of a line, a backslash, a hyphen. Long words
 * may break after a slash.
 */
export function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replace(LONG_WORD, (word) => word.replaceAll("/", "/\\:"))
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/gm, "\\&");
}

/** A term in bold with its description below it. */
export function item(term: string, description: string): readonly string[] {
  return [".TP", `.B ${escaped(term)}`, ...paragraphs(description)];
}

/** Text whose empty lines divide paragraphs. */
export function paragraphs(text: string): readonly string[] {
  return text
    .trim()
    .split(/\n{2,}/)
    .flatMap((part, index) => [...(index === 0 ? [] : [".PP"]), escaped(part.replace(/\n/g, " "))]);
}

/** Lines as they are, in a font of one width. */
export function literal(text: string): readonly string[] {
  return [".nf", ...text.split("\n").map(escaped), ".fi"];
}
