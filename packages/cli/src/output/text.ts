import { escapeInvisible } from "@imagecred/protocol";

/** Escape sequences for colors, which have no width. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches the escape character
const COLOR = /\u001b\[\d+m/g;

/** Width of a text in columns; our own texts have no wide characters. */
export function visibleLength(text: string): number {
  return [...text.replace(COLOR, "")].length;
}

/** The text with a capital first letter. */
export function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visibleLength(text)));
}

/** Spaces at which a line can be broken: not between a number and its unit. */
const BREAK = /(?<!\d) | (?!(?:ms|s|min|h)\b)/;

/**
 * Breaks text at spaces so that no line is longer than `width`. Longer words are not broken, so that paths and image names can
 * be copied. Lines after the first begin with `indent`; the first one is preceded by `firstOffset` columns of other text.
 */
export function wrap(text: string, width: number, indent = "", firstOffset = indent.length): string {
  const lines: string[] = [];
  let line = "";
  let room = width - firstOffset;
  for (const word of text.split(BREAK)) {
    if (line !== "" && visibleLength(line) + 1 + visibleLength(word) > room) {
      lines.push(line);
      line = word;
      room = width - indent.length;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join(`\n${indent}`);
}

/** Wraps a line on a terminal only: in a pipe, lines that programs look for stay whole. */
export function wrapOnTerminal(
  text: string,
  { onTerminal, width }: { readonly onTerminal: boolean; readonly width: number },
  indent = "  ",
): string {
  return onTerminal ? wrap(text, width, indent, 0) : text;
}

/** A last column with less room than this is put on its own line. */
const NARROWEST_COLUMN = 24;

/** Columns of equal width, two spaces apart, without trailing spaces; the last one is wrapped at `width`. */
export function table(
  rows: readonly (readonly string[])[],
  indent = "",
  width = Number.POSITIVE_INFINITY,
): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, visibleLength(cell));
    });
  }
  return rows
    .map((row) => {
      const before = row.slice(0, -1).map((cell, index) => `${padEnd(cell, widths[index] ?? 0)}  `);
      const margin = indent.length + visibleLength(before.join(""));
      const last = row.at(-1) ?? "";
      if (width - margin >= NARROWEST_COLUMN || margin + visibleLength(last) <= width) {
        return (indent + before.join("") + wrap(last, width, " ".repeat(margin))).trimEnd();
      }
      const below = `${indent}   `;
      return `${(indent + before.join("")).trimEnd()}\n${below}${wrap(last, width, below)}`;
    })
    .join("\n");
}

/** `1 warning`, `2 warnings`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/**
 * Text from outside (files, plugins, servers) on one line, with its invisible characters escaped: they could move the cursor,
 * forge lines, or hide why two names differ.
 */
export function printable(text: string): string {
  return escapeInvisible(text.replaceAll("\t", " "));
}
