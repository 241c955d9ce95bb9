/** Escape sequences that the style puts in, which take no room on the screen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const COLOR = /\u001b\[\d+m/g;

/** Columns that a text takes; our own texts have no wide characters. */
export function visibleLength(text: string): number {
  return [...text.replace(COLOR, "")].length;
}

/** A text that begins a sentence. */
export function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visibleLength(text)));
}

/** A space where a line may be broken: not between a number and its unit. */
const BREAK = /(?<!\d) | (?!(?:ms|s|min|h)\b)/;

/**
 * Breaks at spaces so that no line is longer than `width`; words that are longer stay whole (paths and image names are
 * for copying). Every line after the first starts with `indent`; the first is expected to stand after `firstOffset`
 * columns of something else.
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

/** A line for a person, broken on a terminal only: lines that programs look for in a pipe stay whole. */
export function wrapOnTerminal(
  text: string,
  { onTerminal, width }: { readonly onTerminal: boolean; readonly width: number },
  indent = "  ",
): string {
  return onTerminal ? wrap(text, width, indent, 0) : text;
}

/** Narrower than this, a last column goes onto a line of its own: a word a line is no easier to read. */
const NARROWEST_COLUMN = 24;

/** Columns of equal width, two spaces apart, no space at a line's end; the last one is broken to stay within `width`. */
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

/** Text from outside (files, plugins, servers) for a terminal: control characters cannot move the cursor or forge lines. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (character) =>
    character === "\t" ? " " : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
